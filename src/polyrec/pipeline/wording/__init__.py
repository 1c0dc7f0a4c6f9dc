"""Explanations as sentences: facts first, then words for them in the language of who asks."""
