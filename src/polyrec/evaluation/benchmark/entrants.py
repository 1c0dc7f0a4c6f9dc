"""Who takes part: contenders, any other recommender that is registered, and peers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from polyrec.core.errors import PolyrecError, UnknownNameError
from polyrec.core.registry import part_class, parts
from polyrec.evaluation.benchmark.environments import PEERS, chosen_peers, environment_of
from polyrec.evaluation.benchmark.runs import Entrant
from polyrec.evaluation.contenders import CONTENDERS, Contender
from polyrec.evaluation.own_data import contenders_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from polyrec.data.dataset import Dataset
    from polyrec.evaluation.benchmark.environments import Peer
    from polyrec.pipeline.plan import Plan


def named_contenders(
    names: Sequence[str], data: Dataset, plan: Plan, failed: Callable[[str, str], None]
) -> dict[str, Contender]:
    """Give contenders by name, and recommenders that are none of them, in the order of the names.

    Args:
        names: of contenders or of registered recommenders, with their defaults.
        data: what they are compared on.
        plan: its own recommender joins them if it is not the default hybrid.
        failed: is told the name of a recommender whose library is not there, and why.

    Raises:
        UnknownNameError: there is neither a contender nor a recommender of the name.
    """
    registered = parts()["recommender"]
    for name in names:
        if name not in CONTENDERS and name not in registered:
            raise UnknownNameError("model to compare", name, {**CONTENDERS, **registered})
    known = [name for name in names if name in CONTENDERS]
    found = contenders_for(data.all_texts or data.catalog, plan, names=known)
    for name in names:
        if name not in found:
            found[name] = Contender(f"the recommender {name}", {"use": name})
        try:
            part_class("recommender", found[name].recommender["use"])
        except PolyrecError as error:
            failed(name, str(error))
            del found[name]
    order = [*names, *found]
    return {name: found[name] for name in dict.fromkeys(order) if name in found}


def peers(
    names: Sequence[str],
    *,
    trials: int,
    failed: Callable[[str, str], None],
    noted: Callable[[str], None],
    known: Mapping[str, Peer] = PEERS,
) -> list[tuple[Entrant, str]]:
    """Install the libraries of peers, and give their models, each with a line about it.

    Args:
        names: of libraries, or of one of their models each.
        trials: settings to choose among inside the training part.
        failed: is told of every model of a library that does not install, and why.
        noted: is told what a reader should know of an install.
        known: the libraries that there are.
    """
    found = []
    for library, models in chosen_peers(names, known).items():
        peer = known[library]
        try:
            python, note = environment_of(library, peer)
        except PolyrecError as error:
            for model in models:
                failed(f"{library}:{model}", error.problem)
            continue
        if note:
            noted(f"{library}: {note}")
        for model in models:
            entrant = Entrant(
                f"{library}:{model}", model, peer.runner, python=python, trials=trials
            )
            found.append((entrant, peer.what))
    return found


def own_settings(contender: Contender, training: str) -> dict[str, Any]:
    """Write what the runner of polyrec's own models takes."""
    return {"recommender": dict(contender.recommender), "training": training}
