"""What happens to a ranking before a person sees it: who may be shown, and in which language."""
