"""Catalogues and interactions: read, checked, viewed and split."""
