"""Writes an adapted encoder as a folder: weights, facts, health, learning curves, card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.adapt.base import base_folder
from polyrec.adapt.card import CARD_FILE, card
from polyrec.adapt.work import CHECKPOINT
from polyrec.core.errors import ConfigError
from polyrec.core.files import whole_folder, write_whole
from polyrec.core.model_folder import silent
from polyrec.core.remembered import default_folder
from polyrec.data.readers.parallel import read_parallel
from polyrec.encode.adapted import E5, read_facts, write_facts
from polyrec.encode.e5_adapted import HEAD_FILE
from polyrec.encode.e5_small import WEIGHTS
from polyrec.evaluation.health.verdict import judge_adapted
from polyrec.evaluation.picture_curves import sketch_of
from polyrec.evaluation.picture_style import DARK, LIGHT, to_png

if TYPE_CHECKING:
    from polyrec.adapt.adapt import Adapt
    from polyrec.core.types import Floats
    from polyrec.data.dataset import Dataset
    from polyrec.evaluation.health.verdict import Verdict


SENTENCES, LEARNED = 200, 300
"""Texts per language that health is checked on, and that each debias learns from."""


def write_adapted(
    how: Adapt,
    data: Dataset,
    out: Path,
    *,
    base: str = E5,
    allow_download: bool = False,
    work: Path | None = None,
    command: str = "",
    health: dict[str, Any] | None = None,
) -> tuple[dict[str, Any], Verdict]:
    """Adapt an encoder, and write all of it to a folder, whole or not at all.

    Args:
        how: the settings.
        data: what is learned from.
        out: the folder; what is there is replaced.
        base: `e5-small`, a folder, or a name of Hugging Face.
        allow_download: fetch a base that is not on this machine.
        work: folder for the checkpoint and for what is half-written; None for no checkpoint. The
            checkpoint stays: see `work_folder`.
        command: what was asked for, for the card.
        health: which texts, as `complete` takes them.

    Returns:
        What `polyrec.json` holds, and the verdict on its health.

    Raises:
        MissingExtraError: the extra `torch` is not installed.
        ConfigError: base or settings cannot be used.
        DataError: the data have nothing for one of the objectives, or texts for the check of its
            health cannot be read.
    """
    start = base_folder(
        base, default_folder() / f"e5-small-{WEIGHTS[:16]}", allow_download=allow_download
    )
    if on := (health or {}).get("on"):
        read_parallel(*on)  # what cannot be read is told before hours are spent
    called = str(start.resolve()) if Path(base).expanduser().is_dir() else base
    checkpoint = None if work is None else work / CHECKPOINT
    adapted = how.run(data, start, called=called, work=checkpoint, keep_work=True)
    with whole_folder(out, within=work) as aside:
        adapted.save(aside)
        if how.method == "head" and base != E5:
            join_head(aside, start)
        if command:
            write_facts(aside, (read_facts(aside) or {}) | {"command": command})
        verdict = complete(aside, final=out, **(health or {}))
        facts = read_facts(aside) or {}
        for file in aside.rglob("*"):
            file.chmod(0o755 if file.is_dir() else 0o644)  # who serves may be somebody else
    return facts, verdict


def join_head(folder: Path, base: Path) -> None:
    """Write a base with a head behind it as one model, as other libraries read it."""
    from safetensors.torch import load_file
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize
    from torch.nn import Identity

    head = load_file(folder / HEAD_FILE)
    n_outputs, n_inputs = head["weight"].shape
    dense = Dense(n_inputs, n_outputs, bias=True, activation_function=Identity())
    dense.linear.load_state_dict(head)
    with silent():
        model = SentenceTransformer(
            str(base),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
        model.append(dense)
        model.append(Normalize())
        model.save(str(folder), create_model_card=False)
    (folder / HEAD_FILE).unlink()


def complete(folder: Path, *, final: Path | None = None, **texts: Any) -> Verdict:
    """Check the health of adapted weights, draw how they were learned, and write the card.

    Args:
        folder: holds the weights and `polyrec.json`.
        final: where the folder will lie, for the card; None for where it lies now.
        **texts: `on`, `statistics`, `sentences` and `seed`, as `polyrec health` has them.

    Returns:
        The verdict, which stands in the folder too.

    Raises:
        ConfigError: the folder is not one that polyrec adapted.
    """
    if read_facts(folder) is None:
        raise ConfigError(f"{folder} is no adapted model", hint="polyrec adapt makes one")
    verdict = judge_adapted(folder, **({"sentences": SENTENCES, "learned": LEARNED} | texts))
    facts = read_facts(folder) or {}
    draw_curve(folder, facts)
    write_card(folder, final=final)
    return verdict


def write_card(folder: Path, *, final: Path | None = None) -> None:
    """Write the card anew, from what the folder says of itself."""
    write_whole(folder / CARD_FILE, card(read_facts(folder) or {}, folder, final or folder))


def curve_of(facts: dict[str, Any]) -> Floats:
    """Give epoch, loss and quality as a folder's facts hold them, shape (checks, 3)."""
    rows = facts.get("curve") or []
    return np.array([[np.nan if x is None else x for x in row] for row in rows], dtype=np.float32)


def draw_curve(folder: Path, facts: dict[str, Any]) -> None:
    """Draw loss and quality by epoch, for light and for dark pages, where they are known."""
    curve = curve_of(facts)
    if not len(curve):
        return
    sketch = sketch_of(
        {str(facts.get("base", "the encoder")): curve},
        title="How the encoder learned",
        best="The dot is the epoch that was best: its weights are kept. Epoch 0 is the base.",
    )
    for theme in (LIGHT, DARK):
        write_whole(folder / f"{sketch.name}-{theme.name}.png", to_png(sketch.draw(theme)))
