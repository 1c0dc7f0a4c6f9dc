"""What somebody wishes, in their own words: filters and what is looked for."""
