"""Pure functions on rankings: how good they are, and how they treat languages."""
