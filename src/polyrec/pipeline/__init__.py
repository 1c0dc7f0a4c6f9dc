"""From a plan to parts, from data to a fitted pipeline, from a request to an answer."""
