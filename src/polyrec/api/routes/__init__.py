"""The addresses that are answered, one file per thing that is asked for."""
