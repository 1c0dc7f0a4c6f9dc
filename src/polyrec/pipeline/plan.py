"""A plan names the parts of a pipeline and their settings; TOML on disk, parts in memory."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from polyrec.core.errors import ConfigError, UnknownNameError
from polyrec.core.registry import build, table_of
from polyrec.encode.no_debias import NoDebias
from polyrec.rank.prefer_languages import PreferLanguages

if TYPE_CHECKING:
    from polyrec.encode.debias import Debias
    from polyrec.encode.encoder import Encoder
    from polyrec.models.recommender import Recommender
    from polyrec.rank.ranker import Ranker

KINDS = ("encoder", "debias", "recommender", "ranker")


@dataclass
class Plan:
    """The parts of one pipeline.

    Attributes:
        recommender: scores items.
        encoder: makes item vectors, or None where no part needs them.
        debias: frees the vectors from language bias.
        ranker: has the last word on the order.
    """

    recommender: Recommender
    encoder: Encoder | None = None
    debias: Debias = field(default_factory=NoDebias)
    ranker: Ranker = field(default_factory=PreferLanguages)

    @classmethod
    def from_table(cls, table: dict[str, Any]) -> Plan:
        """Build the parts from a table such as a TOML file gives.

        Raises:
            ConfigError: the table has no recommender, or a part cannot be built.
            UnknownNameError: the table names a kind of part that plans do not have.
        """
        for kind in table:
            if kind not in KINDS:
                raise UnknownNameError("part of a plan", kind, KINDS)
        if "recommender" not in table:
            raise ConfigError("the plan has no [recommender]", hint='add one, such as "hybrid"')
        return cls(**{kind: build(kind, table[kind]) for kind in table})

    @classmethod
    def load(cls, source: str | Path) -> Plan:
        """Read a plan from a TOML file, or by the name of one that ships (`default`).

        Raises:
            ConfigError: there is no such file, it is not TOML, or a part cannot be built.
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
            return cls.from_table(tomllib.loads(data.decode()))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{source} is not TOML: {error}") from error

    def to_table(self) -> dict[str, Any]:
        """Write the plan as the table that `from_table` builds it from."""
        parts = {kind: getattr(self, kind) for kind in KINDS}
        return {kind: table_of(kind, part) for kind, part in parts.items() if part is not None}

    def to_toml(self) -> str:
        """Write the plan as TOML."""
        return tomli_w.dumps(self.to_table())


def shipped_plans() -> list[str]:
    """List the names of the plans that ship."""
    folder = resources.files("polyrec.pipeline") / "plans"
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir())
