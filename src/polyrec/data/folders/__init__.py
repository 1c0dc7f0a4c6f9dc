"""Folders of datasets that many people have: each reader knows one by its files."""
