"""For whoever writes a part: made worlds whose answer is known, and the contract of each kind."""
