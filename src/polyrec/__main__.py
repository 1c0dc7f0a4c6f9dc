"""`python -m polyrec`: the command line."""

from __future__ import annotations

from polyrec.cli.main import main

if __name__ == "__main__":
    main()
