"""Texts to vectors, and the vectors freed from language bias."""
