"""What every recommender promises, by what is promised."""
