"""All objectives by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from polyrec.adapt.objectives.categories import Categories
from polyrec.adapt.objectives.denoising import Denoising
from polyrec.adapt.objectives.together import Together
from polyrec.adapt.objectives.translations import Translations

if TYPE_CHECKING:
    from polyrec.adapt.objectives.objective import Objective

OBJECTIVES: dict[str, type[Objective]] = {
    "together": Together,
    "translations": Translations,
    "denoising": Denoising,
    "categories": Categories,
}
