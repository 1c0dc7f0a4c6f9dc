"""One contract per kind of part: what every part of the kind promises, as pytest classes.

Write `class TestMine(RecommenderContract)` with `part = Mine()` in a test file and run pytest. The
part must be registered (a line in the registry, or an entry point), as a plan names it.
"""
