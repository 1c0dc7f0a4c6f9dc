"""The command line: one file per command, results on stdout, everything else on stderr."""
