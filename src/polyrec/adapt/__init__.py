"""Encoders learn a domain: from who chose what, from translations, from the texts themselves."""
