"""Models and peers on the same splits, each in a process of its own: quality, time and memory."""
