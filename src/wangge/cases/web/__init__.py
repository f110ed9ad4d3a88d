"""Pages of cases: desk, field and resident. A view parses, calls one action or query, renders."""
