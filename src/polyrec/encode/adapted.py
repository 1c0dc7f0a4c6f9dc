"""An adapted model's folder: what it says of itself, how a plan names it, whether it may."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from polyrec.core.errors import ConfigError
from polyrec.core.files import write_whole
from polyrec.core.model_folder import FACTS_FILE, digest_of
from polyrec.encode.e5_adapted import is_e5

E5 = "e5-small"

HEALTH = "health"
"""Under this name the facts of a folder hold the verdict."""


def read_facts(folder: Path) -> dict[str, Any] | None:
    """Give what polyrec says of a model that it adapted; None of any other folder.

    Raises:
        ConfigError: the file is there and cannot be read.
    """
    file = folder / FACTS_FILE
    if not file.is_file():
        return None
    try:
        facts = json.loads(file.read_bytes())
    except ValueError as error:
        raise ConfigError(f"{file} is not JSON: {error}", hint="adapt again") from error
    if not isinstance(facts, dict):
        raise ConfigError(f"{file} holds no table", hint="adapt again")
    return facts


def write_facts(folder: Path, facts: dict[str, Any]) -> None:
    """Write what is known of an adapted model into its folder; NaN has no place there."""
    table = json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(folder / FACTS_FILE, f"{table}\n")


def is_adapted(folder: str | Path) -> bool:
    """Say whether polyrec adapted what lies in a folder."""
    return (Path(folder) / FACTS_FILE).is_file()


def encoder_table(folder: Path) -> dict[str, Any]:
    """Give the table by which a plan names an adapted folder: the fast engine where it can."""
    name = E5 if is_e5(folder) else "sentence"
    return {"use": name, "model": str(folder)} | _length(folder)


def base_table(folder: Path) -> dict[str, Any]:
    """Give the table of the encoder that a folder was adapted from; it reads as much of a text.

    Raises:
        ConfigError: the folder does not say.
    """
    base = (read_facts(folder) or {}).get("base")
    if not isinstance(base, str) or not base:
        raise ConfigError(f"{folder / FACTS_FILE} names no base", hint="adapt again")
    table = {"use": E5} if base == E5 else {"use": "sentence", "model": base}
    return table | _length(folder)


def _length(folder: Path) -> dict[str, int]:
    """Say where texts were cut when it learned, where that is known."""
    settings = (read_facts(folder) or {}).get("settings") or {}
    return {name: settings[name] for name in ("max_tokens",) if name in settings}


def keep_verdict(folder: Path, verdict: dict[str, Any]) -> None:
    """Write a verdict into an adapted model's folder, for the files that are there now.

    Args:
        folder: has the facts already.
        verdict: `passed` says yes or no, `reasons` lists what speaks against it.
    """
    facts = read_facts(folder) or {}
    write_facts(folder, facts | {HEALTH: {"checked": digest_of(folder), **verdict}})


def check_verdict(folder: Path, who: str) -> None:
    """Refuse an adapted model whose health was not found to be sound, for exactly its files.

    Folders that polyrec did not adapt have no verdict, and are let through.

    Raises:
        ConfigError: it was not checked, was changed since, or failed.
    """
    facts = read_facts(folder)
    if facts is None:
        return
    found, force = facts.get(HEALTH) or {}, "or set force = true"
    check = f"run polyrec health {folder}, {force}"
    if not found:
        raise ConfigError(f"{who}: nobody has checked the health of {folder}", hint=check)
    if found.get("checked") != digest_of(folder):
        raise ConfigError(f"{who}: {folder} was changed since its health was checked", hint=check)
    if found.get("passed") is not True:
        reasons = "; ".join(map(str, found.get("reasons", []))) or "no reason is written down"
        raise ConfigError(
            f"{who}: {folder} failed the check of its health: {reasons}",
            hint=f"adapt for fewer epochs or with other weights of the objectives, {force}",
        )
