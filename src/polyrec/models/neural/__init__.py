"""Recommenders that are trained by gradient descent; they learn with the extra `torch`."""
