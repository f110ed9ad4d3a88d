"""The pages of kind models and permits."""
