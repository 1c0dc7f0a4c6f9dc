"""Translation: engines, what wraps them, how their work is judged, repaired and reviewed."""
