"""The database: translations and what people decided about them; users, items, events, models."""
