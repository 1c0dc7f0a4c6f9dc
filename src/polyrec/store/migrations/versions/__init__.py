"""One file for each version of the tables, numbered in order."""
