"""Pages of territory: divisions, grids, the map, place codes."""
