"""Apertium, translation by rules on this machine: instant, for the pairs that Debian packages."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langcodes import Language

from polyrec.core.errors import ConfigError, EngineError, LanguageError, MissingExtraError
from polyrec.core.language import matches, standard_tag
from polyrec.translate.apertium_stream import PARAGRAPHS, from_stream, to_stream
from polyrec.translate.translator import Translation, Translator, not_translated

if TYPE_CHECKING:
    from collections.abc import Callable

    from polyrec.encode.encoder import Kind

WHO = "translator 'apertium'"
ENGINE = "apertium"
DATA = Path("/usr/share/apertium")

PACKAGES = """
afr-nld arg-cat bel-rus br-fr cat-ita cat-srd dan-nor en-gl eng-cat eng-spa eo-ca eo-en eo-es eo-fr
es-gl es-pt es-ro eu-en eu-es fr-es fra-cat fra-frp hbs-eng hbs-mkd hbs-slv ind-zlm isl-eng isl-swe
mkd-bul mkd-eng nno-nob oc-ca oc-es oci-fra pol-szl por-cat pt-gl rus-ukr spa-arg spa-ast spa-cat
spa-ita srd-ita swe-dan swe-nor urd-hin
"""
"""The pairs of Debian, by the names of their packages without `apertium-`."""


class _CrashError(EngineError):
    """A process of Apertium did not come to its end; other texts may be fine."""


@dataclass
class Apertium(Translator):
    """The program `apertium` of Debian, by rules and dictionaries.

    One process translates a batch, each paragraph by itself and closed by a number, so that no text
    runs into another. Words that it does not know stay as they are; `unknown_words` counts them.

    Attributes:
        binary: the program's name or path.
        data_folder: where its pairs lie; empty for the folder of the Debian packages.
        batch_size: paragraphs per process; starting one takes some tenths of a second.
        timeout_s: how long one process may take.
    """

    binary: str = "apertium"
    data_folder: str = ""
    batch_size: int = 500
    timeout_s: float = 120.0
    unknown_words: int = field(default=0, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.batch_size < 1:
            raise ConfigError(f"batch_size is {self.batch_size}", hint="give at least 1")
        if not self.timeout_s > 0:
            raise ConfigError(f"timeout_s is {self.timeout_s}", hint="give a number above 0")

    @cached_property
    def _path(self) -> str | None:
        return shutil.which(self.binary)

    @property
    def _folder(self) -> Path:
        return Path(self.data_folder).expanduser() if self.data_folder else DATA

    @cached_property
    def pairs(self) -> dict[tuple[str, str], str]:
        """The installed pairs: source and target by their tags, and Apertium's name of each."""
        if self._path is None or not (self._folder / "modes").is_dir():
            return {}
        found: dict[tuple[str, str], str] = {}
        for mode in sorted(file.stem for file in (self._folder / "modes").glob("*.mode")):
            codes = mode.split("-")
            if len(codes) == 2:  # more are variants, such as eco-es-fr
                try:
                    found.setdefault((standard_tag(codes[0]), standard_tag(codes[1])), mode)
                except LanguageError:
                    continue
        return found

    @property
    def fingerprint(self) -> str:
        """Names the program's version and the data of its pairs."""
        if self._path is None:
            return "apertium-1/none"
        digest = hashlib.sha256()
        for file in sorted(self._folder.glob("*/*")):
            about = file.stat()
            digest.update(f"{file.name}\0{about.st_size}\0{int(about.st_mtime)}\n".encode())
        version = self._run(["-V"], "").strip().rpartition(" ")[2]
        return f"apertium-1/{version}/{digest.hexdigest()[:16]}"

    def covers(self, source: str, target: str) -> bool:
        """Say whether a pair for the two languages is installed."""
        return self._mode(source, target) is not None

    def uncovered(self, source: str, target: str) -> ConfigError:
        """Name the package that is missing, and the pairs that there are."""
        package = _package(source, target)
        if self._path is None:
            remedy = f"apt-get install apertium{f' {package}' if package else ''}"
            return MissingExtraError(WHO, needs=f"the program {self.binary}", remedy=remedy)
        have = ", ".join(f"{one} to {other}" for one, other in sorted(self.pairs)) or "none"
        hint = f"apt-get install {package}" if package else "pivot through a third language"
        return ConfigError(
            f"{WHO} does not translate from {source!r} to {target!r}; installed: {have}", hint=hint
        )

    def _mode(self, source: str, target: str) -> str | None:
        """Find the pair that fits best: the very tags before those that only match."""
        fitting = [
            ((one, other) != (source, target), other != target, one != source, mode)
            for (one, other), mode in self.pairs.items()
            if matches(one, source) and matches(target, other)
        ]
        return min(fitting)[-1] if fitting else None

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        del kind
        mode = self._mode(source, target)
        assert mode is not None
        found: list[Translation] = []
        for start in range(0, len(texts), self.batch_size):
            batch = texts[start : start + self.batch_size]
            made = self._batch(batch, mode)
            if not any(each.translated for each in made):
                raise EngineError(
                    f"{WHO}: {made[0].error}", hint=f"try: echo text | apertium {mode}"
                )
            found += made
            advance(len(batch))
        return found

    def _batch(self, texts: list[str], mode: str) -> list[Translation]:
        """Translate some texts; where a process breaks, find out which text is to blame."""
        parted = [PARAGRAPHS.split(text) for text in texts]
        given = [piece for pieces in parted for piece in pieces[::2] if piece.strip()]
        try:
            made = iter(self._paragraphs(given, mode))
        except _CrashError as error:
            if len(texts) == 1:
                return [not_translated(texts[0], error.problem.removeprefix(f"{WHO}: "))]
            half = len(texts) // 2
            return self._batch(texts[:half], mode) + self._batch(texts[half:], mode)
        return [
            Translation("".join(next(made) if each.strip() else each for each in pieces), ENGINE)
            for pieces in parted
        ]

    def _paragraphs(self, texts: list[str], mode: str) -> list[str]:
        stream = "".join(f"{to_stream(text, str(i))}\0" for i, text in enumerate(texts))
        options = ["-d", str(self._folder), "-z", "-f", "none", mode]
        made = self._run(options, stream).split("\0")
        if len(made) < len(texts):
            raise _CrashError(f"{WHO}: {mode} gave {len(made)} paragraphs for {len(texts)}")
        found, unknown = [], 0
        for i, text in enumerate(texts):
            read = from_stream(made[i], text, str(i))
            if read is None:
                raise _CrashError(f"{WHO}: {mode} gave something else for a paragraph")
            found.append(read[0])
            unknown += read[1]
        self.unknown_words += unknown
        return found

    def _run(self, options: list[str], stream: str) -> str:
        """Run the program in a folder that goes away, and end all its processes if it is late."""
        assert self._path is not None
        with tempfile.TemporaryDirectory(prefix="polyrec-apertium-") as folder:
            command: Any = [self._path, *options]
            pipes: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
            environment = os.environ | {"TMPDIR": folder}
            try:
                process = subprocess.Popen(  # noqa: S603 (the operator names the program)
                    command, env=environment, start_new_session=True, **pipes
                )
            except OSError as error:
                raise EngineError(
                    f"{WHO}: {self._path} cannot be run: {error.strerror}", hint="set binary"
                ) from error
            try:
                out, said = process.communicate(stream.encode(), self.timeout_s)
            except subprocess.TimeoutExpired as error:
                raise EngineError(
                    f"{WHO}: {self.binary} was not done within {self.timeout_s:g} s",
                    hint="raise timeout_s, or lower batch_size",
                    retryable=True,
                ) from error
            finally:
                _end(process)
        if process.returncode:
            why = " ".join(said.decode("utf-8", "replace").split())[-200:]
            code = process.returncode
            ended = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
            raise _CrashError(f"{WHO}: {self.binary} {ended}" + (f": {why}" if why else ""))
        text: str = out.decode("utf-8", "replace")
        return text


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process that still runs, and what it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _package(source: str, target: str) -> str:
    """Name the package with a pair, in either order, as some translate both ways; else empty."""
    wanted = {Language.get(source).language, Language.get(target).language}
    for pair in PACKAGES.split():
        if {Language.get(code).language for code in pair.split("-")} == wanted:
            return f"apertium-{pair}"
    return ""
