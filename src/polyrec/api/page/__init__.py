"""The page "Try it": recommendations for somebody at a browser, with or without scripts."""
