"""Pages of the organization: offices as list and tree, staff, establishing, imports."""
