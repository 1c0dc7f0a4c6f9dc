"""Made texts to learn from where a language has few: translated, reworded, mixed."""
