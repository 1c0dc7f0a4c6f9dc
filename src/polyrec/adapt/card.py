"""The card of an adapted model: what it is, what it learned from, how it fares, what it is not."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from polyrec.core.counted import counted
from polyrec.encode.adapted import E5, HEALTH, encoder_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CARD_FILE = "README.md"
E5_HOME = "https://huggingface.co/intfloat/multilingual-e5-small"
METHODS = {
    "full": "the weights of its upper layers",
    "lora": "few weights beside those of its upper layers (LoRA), added to them since",
    "head": "a matrix and a bias behind it, on vectors that stayed as they were",
}


def card(facts: dict[str, Any], folder: Path, final: Path) -> str:
    """Write the card in Markdown, from the facts alone; users stand in it as a number.

    Args:
        facts: those of `polyrec.json`; what is missing is left out.
        folder: holds the weights.
        final: where it will lie, for the lines of a plan.
    """
    base = str(facts.get("base", ""))
    is_e5 = base == E5
    named = f"[multilingual-e5-small]({E5_HOME})" if is_e5 else f"`{_shortened(base)}`"
    changed = METHODS.get(str(facts.get("method", "")), "its weights")
    parts = [
        _front_matter(is_e5),
        f"# {final.name}",
        f"{named}, adapted with polyrec: what was learned are {changed}.",
        "## Use",
        f"```toml\n{plan_lines(folder, Path(final.name))}```",
        "Texts want the base's prefixes, which the encoder adds. The debias `language-mean` behind "
        "it is as needed as before.",
        "## Learned from",
        _data(facts),
        _objectives(facts),
        _learning(facts),
        "## Before and after",
        _validation(facts),
        _health(facts),
        "![Loss and nDCG@20 by epoch](curves-light.png)" if facts.get("curve") else "",
        "## Intended use",
        "Item vectors for recommendations in the catalog that it learned from, and in catalogs "
        "like it.",
        "## Limits",
        _limits(facts),
        "## Licence",
        f"The base {named} is under the MIT licence."
        if is_e5
        else f"That of its base {named}: look there, polyrec does not know it.",
        "The texts that it learned from have licences of their own.",
        "## How it was made",
        f"```sh\n{_typed(facts['command'])}\n```" if facts.get("command") else "",
        _versions(facts),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def plan_lines(folder: Path, final: Path) -> str:
    """Give the lines of a plan that use a folder, which will lie elsewhere."""
    held = encoder_table(folder) | {"model": str(final)}
    return tomli_w.dumps({"encoder": {"use": "cached", "encoder": held}})


def _front_matter(is_e5: bool) -> str:
    lines = ["library_name: sentence-transformers", "pipeline_tag: sentence-similarity"]
    if is_e5:
        lines += ["license: mit", "base_model: intfloat/multilingual-e5-small"]
    return "\n".join(["---", *lines, "tags: [polyrec, recommendation, multilingual]", "---"])


def _shortened(named: str) -> str:
    """Leave out folders: a path tells of a machine, and perhaps of who works at it."""
    return ", ".join(
        name.rpartition("/")[2] if name[:1] in "/~." else name for name in named.split(", ")
    )


def _typed(command: str) -> str:
    """Give a command as it was typed, without folders."""
    return shlex.join(_shortened(word) for word in shlex.split(command))


def _data(facts: dict[str, Any]) -> str:
    data = facts.get("data", {})
    words = {"users": "user", "items": "item", "interactions": "interaction", "texts": "text"}
    counts = [counted(int(data[name]), one) for name, one in words.items() if name in data]
    text = f"Data: {_shortened(str(data.get('name', 'unnamed')))}"
    text += f", shown as {data['view']}" if data.get("view") else ""
    text += f": {', '.join(counts)}" if counts else ""
    text += f", languages: {', '.join(data['languages'])}" if data.get("languages") else ""
    return text + (f". SHA-256 of the data: `{data['sha256']}`." if data.get("sha256") else ".")


def _objectives(facts: dict[str, Any]) -> str:
    weights = facts.get("objectives", {})
    if not weights:
        return ""
    return _table(["objective", "weight"], ((name, f"{w:g}") for name, w in weights.items()))


def _learning(facts: dict[str, Any]) -> str:
    said = []
    if facts.get("curve"):
        epochs = facts["curve"][-1][0]
        said.append(f"{counted(epochs, 'epoch')}, of which {_best(facts)} is kept")
    if facts.get("seconds"):
        said.append(f"{sum(facts['seconds'].values()) / 60:.1f} minutes")
    if "seed" in facts:
        said.append(f"seed {facts['seed']}")
    if facts.get("base_sha256"):
        said.append(f"the base's files have the hash `{facts['base_sha256']}`")
    return f"{', '.join(said)}." if said else ""


def best_row(facts: dict[str, Any]) -> list[Any]:
    """Give epoch, loss and quality of the weights that were kept."""
    curve = facts["curve"]
    best = facts.get("best_epoch", curve[-1][0])
    return next(row for row in curve if row[0] == best)


def _best(facts: dict[str, Any]) -> str:
    best = best_row(facts)[0]
    return f"number {best}" if best else "none, as the base was best,"


def _validation(facts: dict[str, Any]) -> str:
    curve = facts.get("curve")
    if not curve:
        return ""
    after = best_row(facts)[2]
    return (
        "nDCG@20 of `content` on items that were kept apart from learning, language means taken "
        f"away: {curve[0][2]:.3f} before, {after:.3f} after. It chose when to stop, and flatters."
    )


def _health(facts: dict[str, Any]) -> str:
    found = facts.get(HEALTH) or {}
    if not found.get("languages"):
        return "Its health was not checked."
    rows = (
        (
            row["language"],
            f"{row['n']:,}",
            *(f"{row[name]:.3f}" for name in ("before", "after")),
            f"{row['low']:+.3f} to {row['high']:+.3f}",
        )
        for row in found["languages"]
    )
    lead = (
        f"{found['measure']} on {found['test']}, debiased, statistics from {found['statistics']}. "
        f"The check of its health: {'passed' if found['passed'] else 'failed'}."
    )
    heads = ["language", "sentences", "before", "after", "95 % interval of the difference"]
    return "\n\n".join([lead, _table(heads, rows), *found.get("reasons", [])])


def _limits(facts: dict[str, Any]) -> str:
    data, found = facts.get("data", {}), facts.get(HEALTH) or {}
    lines = [
        "What people of one place chose shapes the space; it carries their leanings along.",
        "Languages that the data hardly have may have lost or gained by accident: see the table.",
        "It was not tried on other tasks, such as search over documents or detecting hate.",
    ]
    if found.get("test") and found["test"] == data.get("name"):
        lines.append(
            f"The texts of the health check are of {found['test']}, from which it learned too: "
            "they flatter. Check it on other texts with `polyrec health --on`."
        )
    return "\n".join(f"- {line}" for line in lines)


def _versions(facts: dict[str, Any]) -> str:
    versions = facts.get("versions", {})
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
