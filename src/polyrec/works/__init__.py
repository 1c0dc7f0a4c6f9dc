"""Which items are versions of one work: the same thing, described in several languages."""
