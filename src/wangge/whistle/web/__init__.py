"""The pages of whistles: desk, phone, and what shows on the pages of cases."""
