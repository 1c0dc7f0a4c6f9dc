"""Honest measurement: splits, slices, intervals, comparisons and the report on them."""
