"""Language models: ask one with data that are never taken for instructions."""
