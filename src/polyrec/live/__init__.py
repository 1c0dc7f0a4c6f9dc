"""A model in service: answers that know what has happened since it was fitted."""
