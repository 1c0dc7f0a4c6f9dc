"""What is learned, one objective per file; several make one task."""
