"""Writes docs/benchmarks.md from a folder of results: the bars first, then each result.

    python scripts/write_benchmarks.py RESULTS [--bars benchmarks/bars.toml]

`benchmarks/README.md` lists the commands that fill the folder. Exits with 1 if a bar is not met.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from polyrec.evaluation.benchmark.joined import write_joined

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Write the page."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--bars", type=Path, default=ROOT / "benchmarks" / "bars.toml")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "benchmarks.md")
    given = parser.parse_args()
    pictures = given.page.parent / "pictures"
    not_met = write_joined(given.results, given.bars, given.page, pictures)
    print(f"{given.page}: {not_met} bars are not met or not measured")
    return int(not_met > 0)


if __name__ == "__main__":
    sys.exit(main())
