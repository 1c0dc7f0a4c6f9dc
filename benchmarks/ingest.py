"""How fast are interactions read, and in how much memory, beside pandas.read_csv?

A file of made interactions is written and read by each in a process of its own. Both are asked for
the same: integers for users and items, weights and times. polyrec also checks every cell and sums
pairs that stand twice. Compare the ratios on a busy machine.

    python benchmarks/ingest.py --gigabytes 1
    python benchmarks/ingest.py --gigabytes 5 --without-pandas
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

N_USERS, N_ITEMS = 1_000_000, 200_000
ROWS_AT_ONCE = 2_000_000
FORMATS = ("csv", "quoted", "tsv", "jsonl", "parquet")


def item_ids() -> pl.Series:
    """Give the ids of all items."""
    return pl.int_range(N_ITEMS, eager=True).cast(pl.String).str.zfill(8).alias("item_id")


def rows(n_rows: int, seed: int) -> pl.DataFrame:
    """Draw interactions, some items and users more often than others."""
    drawn = np.random.default_rng(seed)
    users = (drawn.random(n_rows) ** 2 * N_USERS).astype(np.int64)
    items = (drawn.random(n_rows) ** 3 * N_ITEMS).astype(np.int64)
    return pl.DataFrame(
        {
            "user_id": pl.Series(users).cast(pl.String).str.zfill(12),
            "item_id": pl.Series(items).cast(pl.String).str.zfill(8),
            "rating": drawn.integers(1, 6, n_rows),
            "timestamp": drawn.integers(1_500_000_000, 1_700_000_000, n_rows),
        }
    )


def write(path: Path, form: str, gigabytes: float) -> int:
    """Write a file of about some size, and give the number of its rows."""
    n_rows = 0
    if form == "parquet":
        n_rows = int(gigabytes * 1e9 / 16)
        pl.concat(
            rows(min(ROWS_AT_ONCE, n_rows - begin), begin)
            for begin in range(0, n_rows, ROWS_AT_ONCE)
        ).write_parquet(path)
        return n_rows
    with path.open("wb") as file:
        while file.tell() < gigabytes * 1e9:
            some = rows(ROWS_AT_ONCE, n_rows)
            if form == "jsonl":
                some.write_ndjson(file)
            else:
                some.write_csv(
                    file,
                    separator="\t" if form == "tsv" else ",",
                    include_header=n_rows == 0,
                    quote_style="always" if form == "quoted" else "necessary",
                )
            n_rows += len(some)
    return n_rows


def read_with_polyrec(path: Path) -> int:
    """Read the interactions as `polyrec fit` would."""
    import polyrec

    ids = item_ids()
    catalog = pl.DataFrame({"item_id": ids, "text": ids})
    return len(polyrec.read_dataset(catalog, path).interactions)


def read_with_pandas(path: Path) -> int:
    """Read the interactions and number users and items."""
    import pandas as pd

    kinds = {"user_id": str, "item_id": str}
    if path.suffix == ".parquet":
        frame = pd.read_parquet(path)
    elif path.suffix == ".jsonl":
        frame = pd.read_json(path, lines=True, dtype=kinds)
    else:
        frame = pd.read_csv(path, sep="\t" if path.suffix == ".tsv" else ",", dtype=kinds)
    for name in kinds:
        frame[name], _ = pd.factorize(frame[name])
    return len(frame)


def measured(read: Callable[[Path], int], path: Path) -> dict[str, Any]:
    """Time one reading; runs in a process of its own, so that its memory is its own."""
    start = time.perf_counter()
    kept = read(path)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"seconds": seconds, "peak_gb": peak / 1e9, "kept": kept}


@click.command()
@click.option("--gigabytes", default=1.0, show_default=True, help="Size of the file.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--without-pandas", is_flag=True, help="Where it has not enough memory.")
@click.option("--folder", type=click.Path(path_type=Path), help="For the file, deleted at the end.")
def main(gigabytes: float, form: str, without_pandas: bool, folder: Path | None) -> None:
    """Compare reading interactions with pandas, in rows per second and memory."""
    readers = {"polyrec": read_with_polyrec, "pandas": read_with_pandas}
    if without_pandas:
        del readers["pandas"]
    with tempfile.TemporaryDirectory(dir=folder) as made:
        path = Path(made) / f"events.{'csv' if form == 'quoted' else form}"
        n_rows = write(path, form, gigabytes)
        size = path.stat().st_size / 1e9
        click.echo(f"{form}: {n_rows:,} rows, {size:.2f} GB")
        with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
            for name, read in readers.items():
                found = pool.apply(measured, (read, path))
                compact = found["kept"] * 28 / 1e9
                click.echo(
                    f"{name}: {found['seconds']:.1f} s, {n_rows / found['seconds']:,.0f} rows/s, "
                    f"peak {found['peak_gb']:.2f} GB ({found['peak_gb'] / size:.2f} of the file)"
                    + (f", arrays {compact:.2f} GB" if name == "polyrec" else "")
                )


if __name__ == "__main__":
    main()
