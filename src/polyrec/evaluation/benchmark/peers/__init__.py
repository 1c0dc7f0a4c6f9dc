"""Scripts that run in other environments: no module here imports polyrec, or is imported by it."""
