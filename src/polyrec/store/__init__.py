"""The database: translations that were made, what people decided about them, and its history."""
