"""Recommenders: each learns from `Training` and scores items for any history."""
