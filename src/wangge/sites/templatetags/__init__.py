"""Template tags of the design system, shared by all surfaces."""
