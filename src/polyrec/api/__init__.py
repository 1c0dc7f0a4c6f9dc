"""A fitted model as a service: REST over http."""
