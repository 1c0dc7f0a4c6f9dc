"""In which language a text is, how sure that is, and where it changes."""
