"""Catalogs and interactions: read, checked, viewed and split."""
