"""What translation services have in common: languages, batches, keys, refusals, what it costs."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from polyrec.core.errors import ConfigError, EngineError
from polyrec.core.http import Endpoint
from polyrec.core.language import standard_tag
from polyrec.translate.tags import best_tag
from polyrec.translate.translator import Translation, Translator, not_translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from polyrec.core.errors import PolyrecError
    from polyrec.encode.encoder import Kind


Refusal = TypeVar("Refusal", ConfigError, EngineError)


@dataclass
class Service(Translator):
    """A service that translates texts over http; a new one writes `_request` and `_texts_of`.

    Attributes:
        url: where requests go.
        key_env: the environment variable that holds the key.
        batch_size: texts per request, at most as many as the service takes.
        timeout_s: how long to wait to connect, and for each part of an answer.
        retries: further tries after a fault that may pass, with growing pauses.
        price_per_million_characters: what it costs, in any currency; `cost` sums it up.
        allow_user_text: whether a user's own text may go to the service.
    """

    url: str = ""
    key_env: str = ""
    batch_size: int = 50
    timeout_s: float = 60.0
    retries: int = 4
    price_per_million_characters: float = 0.0
    allow_user_text: bool = False
    characters: int = field(default=0, init=False, repr=False, compare=False)

    engine: ClassVar[str]
    """Its name, in translations and in the registry."""

    sources: ClassVar[Mapping[str, str]]
    targets: ClassVar[Mapping[str, str]]
    """By tags: what the service calls the languages of texts, and those that it translates into."""

    most_texts: ClassVar[int]
    most_bytes: ClassVar[int]
    """How much a request may hold, by the service's documents."""

    key_header: ClassVar[str] = "Authorization"
    key_prefix: ClassVar[str] = ""

    def __post_init__(self) -> None:
        if self.price_per_million_characters < 0:
            raise ConfigError(
                f"price_per_million_characters is {self.price_per_million_characters}",
                hint="give 0 or more",
            )
        if self.batch_size < 1:
            raise ConfigError(f"batch_size is {self.batch_size}", hint="give at least 1")
        assert self._endpoint  # which checks url, timeout_s and retries

    @property
    def _who(self) -> str:
        return f"translator {self.engine!r}"

    @cached_property
    def _endpoint(self) -> Endpoint:
        options = {"key_header": self.key_header, "key_prefix": self.key_prefix}
        return Endpoint(
            self.url,
            self._who,
            self.timeout_s,
            self.retries,
            self.key_env,
            explain=self._explain,
            **options,
        )

    @property
    def sends_out(self) -> bool:
        """Whether texts leave this machine, as they do."""
        return True

    @property
    def fingerprint(self) -> str:
        """Names the service by its address; it does not say which version answers."""
        return f"{self.engine}-1/{self.url}"

    @property
    def cost(self) -> float:
        """What the characters sent so far cost."""
        return self.characters * self.price_per_million_characters / 1e6

    def covers(self, source: str, target: str) -> bool:
        """Say whether the service knows both languages, by its documents."""
        return None not in self._codes(source, target)

    def _codes(self, source: str, target: str) -> tuple[str | None, str | None]:
        one = best_tag(self.sources, source, wished=False)
        other = best_tag(self.targets, target, wished=True)
        return (self.sources[one] if one else None, self.targets[other] if other else None)

    def _translate(
        self,
        texts: list[str],
        source: str,
        target: str,
        kind: Kind,
        advance: Callable[[int], None],
    ) -> list[Translation]:
        del kind
        one, other = self._codes(source, target)
        assert one is not None
        assert other is not None
        found = [not_translated(text, "") for text in texts]
        for batch in self._batches(texts):
            sent = [texts[row] for row in batch]
            for row, made in zip(batch, self._asked(sent, one, other), strict=True):
                found[row] = Translation(made, self.engine)
            advance(len(batch))
        why = f"the text is longer than the {self.most_bytes} bytes that the service takes"
        for row, text in enumerate(texts):
            if not found[row].translated:
                found[row] = not_translated(text, f"{self._who}: {why}")
                advance(1)
        return found

    def _batches(self, texts: list[str]) -> Iterator[list[int]]:
        """Pack texts by number and size; those that are too long by themselves are left out."""
        most = min(self.batch_size, self.most_texts)
        batch: list[int] = []
        total = 0
        for row, text in enumerate(texts):
            size = self._size(text)
            if size > self.most_bytes:
                continue
            if batch and (len(batch) == most or total + size > self.most_bytes):
                yield batch
                batch, total = [], 0
            batch.append(row)
            total += size
        if batch:
            yield batch

    def _size(self, text: str) -> int:
        """Say how many bytes of a request a text takes: no JSON needs more than its escapes."""
        return len(text.encode()) + 16 + text.count('"') + sum(text.count(c) for c in "\\\n\r\t")

    def _asked(self, texts: list[str], source: str, target: str) -> list[str]:
        answer = self._post(self._request(texts, source, target))
        self.characters += sum(map(len, texts))
        try:
            found = self._texts_of(answer)
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise self._unusable("no list of translations") from error
        if not all(isinstance(text, str) for text in found):
            raise self._unusable("what is not a text")
        if len(found) != len(texts):
            raise self._unusable(f"{len(found)} translations for {len(texts)} texts")
        return found

    def _post(self, body: dict[str, Any]) -> Any:
        return self._endpoint.post(body)

    def _unusable(self, what: str) -> EngineError:
        return EngineError(f"{self._who}: the service gave {what}", hint="check url and service")

    @abstractmethod
    def _request(self, texts: list[str], source: str, target: str) -> dict[str, Any]:
        """Write the request for a batch."""

    @abstractmethod
    def _texts_of(self, answer: Any) -> list[str]:
        """Read the translations; what is missing in the answer may raise."""

    def _explain(self, status: int, said: str) -> PolyrecError | None:
        """Make the error of a refusal that has a meaning of its own here; None for any other."""
        del status, said
        return None

    def _refused(self, kind: type[Refusal], status: object, said: str, hint: str) -> Refusal:
        problem = f"{self._who}: the service answered {status}" + (f": {said}" if said else "")
        return kind(problem, hint=hint)


def by_tag(codes: str, **others: str) -> dict[str, str]:
    """Make a table of codes that are tags, and of codes that are not by their tags."""
    tags = {standard_tag(code): code for code in codes.split()}
    return tags | {tag.replace("_", "-"): code for tag, code in others.items()}
