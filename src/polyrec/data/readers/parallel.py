"""Reads parallel texts: a file per language, files in pairs, or a table with a column for each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from polyrec.core.errors import DataError, LanguageError
from polyrec.core.language import wide_tag
from polyrec.data.parallel import Parallel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAIR = re.compile(r"^(?:.*\.)?(?P<one>[^.-]+)-(?P<other>[^.]+)\.(?P<own>[^.]+)$")
FORMS = "give <language>.txt files, pairs such as x.deu-eng.deu and x.deu-eng.eng, or one .tsv"


def read_parallel(*sources: str | Path) -> Parallel:
    """Read parallel texts in UTF-8, one text a line.

    Args:
        sources: folders and files, all of one form: `<language>.txt` files, whose line n says the
            same in all; pairs `<name>.<x>-<y>.<x>` and `<name>.<x>-<y>.<y>`; or one `.tsv` whose
            first row names the languages of its columns. Languages are ISO 639 or BCP 47.

    Raises:
        DataError: the files are of no such form, differ in length, are not UTF-8, or a name in
            them is not a language.
    """
    files = [file for source in sources for file in _files(Path(source))]
    name = ", ".join(Path(source).stem for source in sources)
    if files and all(map(_is_half, files)):
        return Parallel.from_sentences(_of_pairs(files), name=name)
    if files and all(file.suffix == ".txt" for file in files):
        return Parallel.from_sentences(_of_texts(files), name=name)
    if len(files) == 1 and files[0].suffix == ".tsv":
        return Parallel.from_sentences(_of_table(files[0]), name=name)
    raise DataError(f"{name or 'nothing'}: not parallel texts", hint=FORMS)


def _files(source: Path) -> list[Path]:
    """List the files of a folder that may be parallel texts, or a file itself."""
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise DataError(f"there is no file or folder {str(source)!r}", hint=FORMS)
    inside = sorted(file for file in source.iterdir() if file.is_file())
    texts = [file for file in inside if file.suffix == ".txt"]
    found = [file for file in inside if _is_half(file)] or texts
    if not found:
        raise DataError(f"{source} holds no parallel texts", hint=FORMS)
    return found


def _is_half(file: Path) -> bool:
    match = PAIR.match(file.name)
    return match is not None and match["own"] in (match["one"], match["other"])


def _of_texts(files: Sequence[Path]) -> Iterator[dict[str, str]]:
    tags = [_tag(file.stem, file) for file in files]
    for tag in tags:
        if tags.count(tag) > 1:
            raise DataError(f"two files are in {tag!r}", hint="keep one file per language")
    return _aligned(files, tags)


def _of_pairs(files: Sequence[Path]) -> Iterator[dict[str, str]]:
    pairs: dict[Path, list[Path]] = {}
    for file in files:
        pairs.setdefault(file.with_suffix(""), []).append(file)
    for pair, halves in pairs.items():
        if len(halves) != 2:
            raise DataError(f"{pair} has one half only: {halves[0].name}", hint=FORMS)
        yield from _aligned(halves, [_tag(half.suffix[1:], half) for half in halves])


def _of_table(file: Path) -> Iterator[dict[str, str]]:
    header, *rows = _lines(file)
    tags = [_tag(name, file) for name in header.split("\t")]
    for number, row in enumerate(rows, start=2):
        cells = row.split("\t")
        if len(cells) != len(tags):
            raise DataError(
                f"{file} row {number} has {len(cells)} columns, the first row has {len(tags)}"
            )
        yield dict(zip(tags, cells, strict=True))


def _aligned(files: Sequence[Path], tags: Sequence[str]) -> Iterator[dict[str, str]]:
    columns = [_lines(file) for file in files]
    for file, column in zip(files, columns, strict=True):
        if len(column) != len(columns[0]):
            raise DataError(
                f"{file} has {len(column)} lines, {files[0].name} has {len(columns[0])}",
                hint="line n must say the same in every file",
            )
    for texts in zip(*columns, strict=True):
        yield dict(zip(tags, texts, strict=True))


def _tag(name: str, file: Path) -> str:
    try:
        return wide_tag(name)
    except LanguageError as error:
        raise DataError(f"{file}: {error.problem}", hint=FORMS) from error


def _lines(file: Path) -> list[str]:
    """Read lines, ended by line feeds alone: other separators may stand within a text."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{file} is not UTF-8: {error.reason}", hint="convert it") from error
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines
