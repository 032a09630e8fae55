"""Ground truth, and how far from it a system and a person are."""
