"""A plan names the parts of a pipeline and their settings; TOML on disk, parts in memory."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from polyrec.core.component import held_parts
from polyrec.core.errors import ConfigError, UnknownNameError
from polyrec.core.language import UNDETERMINED, standard_tag
from polyrec.core.registry import build, table_of
from polyrec.encode.encoder import Encoder
from polyrec.encode.no_debias import NoDebias
from polyrec.pipeline.preparation import Preparation, known_languages
from polyrec.pipeline.space import Space
from polyrec.rank.prefer_languages import PreferLanguages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from polyrec.augment.augmenter import Augmenter
    from polyrec.data.catalog import Catalog
    from polyrec.encode.debias import Debias
    from polyrec.models.recommender import Recommender
    from polyrec.rank.ranker import Ranker
    from polyrec.text.clean.cleaner import Cleaner
    from polyrec.text.detect.detector import Detector
    from polyrec.translate.translator import Translator

KINDS = (
    "detector",
    "cleaner",
    "translator",
    "augmenter",
    "encoder",
    "debias",
    "recommender",
    "ranker",
)
SETTINGS = ("translate", "pivot")
TRANSLATE = ("off", "pivot")


@dataclass
class Plan:
    """The parts of one pipeline.

    Attributes:
        recommender: scores items.
        encoder: makes item vectors, or None where no part needs them.
        debias: frees the vectors from language bias.
        ranker: has the last word on the order.
        detector: finds the language of texts that have no tag, or None.
        cleaner: cleans texts before they are encoded, or None.
        translator: translates texts before they are encoded, where `translate` says so.
        augmenter: makes further texts to learn from where a language has few, or None.
        translate: `off` reads every text in its own language; `pivot` first brings those that the
            translator covers into the pivot language, unless the catalog has one language only.
        pivot: that language.

    Raises:
        ConfigError: `translate` is neither, there is no translator to translate with, or the pivot
            is no language.
        LanguageError: the pivot is no language tag.
    """

    recommender: Recommender
    encoder: Encoder | None = None
    debias: Debias = field(default_factory=NoDebias)
    ranker: Ranker = field(default_factory=PreferLanguages)
    detector: Detector | None = None
    cleaner: Cleaner | None = None
    translator: Translator | None = None
    augmenter: Augmenter | None = None
    translate: str = "off"
    pivot: str = "en"

    def __post_init__(self) -> None:
        if self.translate not in TRANSLATE:
            options = " or ".join(map(repr, TRANSLATE))
            raise ConfigError(f"translate is {self.translate!r}", hint=f"give {options}")
        if self.translate == "pivot" and self.translator is None:
            raise ConfigError(
                "translate is 'pivot' but the plan has no [translator]", hint="see polyrec parts"
            )
        if not isinstance(self.pivot, str) or standard_tag(self.pivot) == UNDETERMINED:
            raise ConfigError(f"pivot is {self.pivot!r}", hint="name a language, such as 'en'")
        self.pivot = standard_tag(self.pivot)

    @property
    def preparation(self) -> Preparation:
        """What happens to texts before they are encoded."""
        translator = self.translator if self.translate == "pivot" else None
        return Preparation(self.detector, self.cleaner, translator, self.pivot)

    def for_catalog(self, catalog: Catalog) -> Plan:
        """Give the plan as it suits a catalog: one language needs no translation."""
        if self.translate == "pivot" and len(known_languages(catalog)) < 2:
            return replace(self, translate="off")
        return self

    @property
    def space(self) -> Space:
        """The space in which items lie, as far as its parts have learned it.

        Raises:
            ConfigError: the plan has no encoder.
        """
        if self.encoder is None:
            raise ConfigError("this plan has no encoder", hint="add [encoder] to the plan")
        return Space(self.encoder, self.debias, self.preparation, self.augmenter)

    def forget_queries(self) -> None:
        """Have its encoders, those that other parts hold too, drop what people asked with."""
        for encoder in self._encoders():
            encoder.forget_queries()

    def check(self) -> None:
        """Refuse encoders that may not be used: adapted ones whose health is not sound.

        Raises:
            ConfigError: one may not be used.
        """
        for encoder in self._encoders():
            encoder.check()

    def _encoders(self) -> Iterator[Encoder]:
        """Give its encoders, those that other parts hold too."""
        waiting = list(held_parts(self))
        while waiting:
            part = waiting.pop()
            if isinstance(part, Encoder):
                yield part
            waiting += held_parts(part)

    @classmethod
    def from_table(cls, table: dict[str, Any]) -> Plan:
        """Build the parts from a table such as a TOML file gives.

        Raises:
            ConfigError: the table has no recommender, or a part cannot be built.
            UnknownNameError: the table names a kind of part that plans do not have.
        """
        for kind in table:
            if kind not in (*SETTINGS, *KINDS):
                raise UnknownNameError("part of a plan", kind, (*SETTINGS, *KINDS))
        if "recommender" not in table:
            raise ConfigError("the plan has no [recommender]", hint='add one, such as "hybrid"')
        return cls(
            **{key: value if key in SETTINGS else build(key, value) for key, value in table.items()}
        )

    @classmethod
    def load(cls, source: str | Path) -> Plan:
        """Read a plan from a TOML file, or by the name of one that ships (`default`).

        Raises:
            ConfigError: there is no such file, it is not TOML, or a part cannot be built.
        """
        return cls.from_table(read_table(source))

    def to_table(self) -> dict[str, Any]:
        """Write the plan as the table that `from_table` builds it from."""
        settings = {"translate": self.translate, "pivot": self.pivot} if self.translator else {}
        parts = {kind: getattr(self, kind) for kind in KINDS}
        return settings | {
            kind: table_of(kind, part) for kind, part in parts.items() if part is not None
        }

    def to_toml(self) -> str:
        """Write the plan as TOML."""
        return tomli_w.dumps(self.to_table())


def read_table(source: str | Path) -> dict[str, Any]:
    """Read a plan's table from a TOML file, or by the name of one that ships.

    Raises:
        ConfigError: there is no such file, or it is not TOML.
    """
    shipped = resources.files("polyrec.pipeline") / "plans" / f"{source}.toml"
    path = Path(source)
    if path.suffix != ".toml" and shipped.is_file():
        data = shipped.read_bytes()
    elif path.is_file():
        data = path.read_bytes()
    else:
        names = ", ".join(shipped_plans())
        raise ConfigError(f"no plan {str(source)!r}", hint=f"give a .toml file or: {names}")
    try:
        return tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{source} is not TOML: {error}") from error


def shipped_plans() -> list[str]:
    """List the names of the plans that ship."""
    folder = resources.files("polyrec.pipeline") / "plans"
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir())
