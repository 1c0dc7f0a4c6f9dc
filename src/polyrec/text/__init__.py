"""What happens to a text before it becomes a vector: its language, its cleaning, its tokens."""
