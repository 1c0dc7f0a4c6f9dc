"""Readers: from files and frames to tables, and from tables to a checked catalog and interactions.

A reader turns one source into a `Table`. What a table's columns mean, and whether their cells can
be used, is decided once for all readers, in the modules beside them.
"""
