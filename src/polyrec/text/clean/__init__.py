"""Cleaning: what is wrong with a text's characters, put right without changing what it says."""
