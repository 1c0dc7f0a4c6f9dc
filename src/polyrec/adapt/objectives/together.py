"""Items that the same people choose lie near each other.

Each text asks, all items answer: the likelihood of those that are chosen with its item, as far as
they are (a softmax over cosines; multiple negatives ranking, Henderson et al. 2017, with shares in
place of one positive, so that what is chosen along is never a negative). Items of the same work and
items that read the same are left out of the answers. An item's answer is its last known vector, as
in Wang et al. 2020, "Cross-batch memory for embedding learning", so one step sees all items.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from polyrec.adapt.objectives.objective import Objective
from polyrec.core.errors import DataError
from polyrec.encode.debias import rows_of
from polyrec.encode.language_mean import LanguageMean

if TYPE_CHECKING:
    from polyrec.adapt.examples import Examples
    from polyrec.adapt.network import Kept, Network
    from polyrec.core.types import Booleans, Doubles, Floats, Integers


@dataclass
class Together(Objective):
    """Learns from who chose what.

    Vectors are compared with the means of their languages, as they were at first, taken away: what
    is learned is then not how to undo a bias that debiasing takes away anyhow.

    Attributes:
        temperature: how sharply near is told from far; smaller is sharper.
        popularity: items are drawn by the number of their users to this power.
        across: how much more an answer counts whose text is in another language.
    """

    temperature: float = 0.05
    popularity: float = 0.5
    across: float = 2.0
    _known: _Known = field(init=False, repr=False, compare=False)

    def prepare(self, examples: Examples, network: Network, kept: Kept) -> None:
        """Start the memory with the vector of one text of every item.

        Raises:
            DataError: no two items are chosen by the same user.
        """
        shares = examples.together
        total = np.asarray(shares.sum(axis=1)).ravel()
        asking = np.flatnonzero(total > 0)
        if not len(asking):
            raise DataError(
                "no two items are chosen by the same user: there is nothing to learn together",
                hint="give more interactions, or leave out the objective 'together'",
            )
        chance = examples.popularity[asking] ** self.popularity
        self._known = _Known.of(examples, network, kept, asking, chance / chance.sum())

    def loss(self, network: Network, rng: np.random.Generator, size: int) -> Any:
        """Give the mean, over texts drawn, of minus the log likelihood of their shares."""
        import torch

        known = self._known
        drawn = rng.choice(len(known.asking), min(size, len(known.asking)), False, known.chance)
        items = known.asking[drawn]
        rows = known.examples.draw_texts(items, rng)
        freed = known.freed(network.vectors(known.kept, rows), rows)
        shares, left_out = (torch.from_numpy(x) for x in known.answers(items, rows, self.across))
        logits = (freed @ known.memory.T / self.temperature).masked_fill(left_out, float("-inf"))
        likelihood = torch.log_softmax(logits, dim=1).masked_fill(left_out, 0.0)
        known.remember(items, rows, freed.detach())
        return -(shares * likelihood).sum(dim=1).mean()

    def state(self) -> dict[str, Any]:
        """Give the memory."""
        import torch

        return {"memory": self._known.memory, "shown": torch.from_numpy(self._known.shown)}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take the memory back."""
        self._known.memory, self._known.shown = state["memory"], state["shown"].numpy()


@dataclass(eq=False)
class _Known:
    """Who may ask, what answers, and the memory of it.

    Attributes:
        examples: what there is.
        kept: what the frozen layers made of the texts.
        asking: items that are chosen along with others.
        chance: how often each of them is drawn.
        answering: the items that have texts, in order.
        language: number of each text's language, shape (texts,).
        means: of each language's vectors at first, shape (languages, dim).
        memory: the last known vector of each answering item, freed, shape (answering, dim).
        shown: the text of which it is the vector, shape (answering,).
    """

    examples: Examples
    kept: Kept
    asking: Integers
    chance: Doubles
    answering: Integers
    language: Integers
    means: Any
    memory: Any
    shown: Integers

    @classmethod
    def of(
        cls, examples: Examples, network: Network, kept: Kept, asking: Integers, chance: Doubles
    ) -> _Known:
        """Make the memory; one text of every item is run through the network."""
        import torch

        answering = examples.items
        shown = examples.draw_texts(answering, np.random.default_rng(0))
        vectors = network.all_vectors(kept, shown)
        debias = LanguageMean().fit(vectors, examples.languages[shown])
        assert debias.languages_ is not None
        assert debias.means_ is not None
        place = rows_of(examples.languages, debias.languages_)
        means = np.concatenate([debias.means_, vectors.mean(axis=0, keepdims=True)])
        known = cls(
            examples, kept, asking, chance, answering, place, torch.from_numpy(means), None, shown
        )
        known.memory = known.freed(torch.from_numpy(vectors), shown)
        return known

    def freed(self, vectors: Any, rows: Integers) -> Any:
        """Take the languages' means from vectors of texts."""
        import torch

        return torch.nn.functional.normalize(vectors - self.means[self.language[rows]], dim=1)

    def answers(self, items: Integers, rows: Integers, across: float) -> tuple[Floats, Booleans]:
        """Give each item's shares among the answers, and which answers are left out.

        Left out is what is of the item's own work, and what reads like the text that asks.
        """
        shares = self.examples.together[items][:, self.answering].toarray()
        works, texts = self.examples.works, self.examples.texts
        left_out = works[items][:, None] == works[self.answering]
        alike = {texts[row]: place for place, row in enumerate(rows)}
        for place, row in enumerate(self.shown):
            if texts[row] in alike:
                left_out[alike[texts[row]], place] = True
        shares[self.language[rows][:, None] != self.language[self.shown]] *= across
        shares[left_out] = 0
        total = shares.sum(axis=1, keepdims=True)
        return np.divide(shares, total, out=shares, where=total > 0), left_out

    def remember(self, items: Integers, rows: Integers, freed: Any) -> None:
        """Put new vectors in place of old ones."""
        place = np.searchsorted(self.answering, items)
        self.memory = self.memory.clone()
        self.memory[place] = freed
        self.shown[place] = rows
