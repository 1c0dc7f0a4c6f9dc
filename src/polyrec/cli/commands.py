"""The list of commands: a command is one file and one line here, in the order of the flow."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """Where a command is defined, and what `polyrec --help` says about it.

    Attributes:
        where: module and attribute; imported when the command is called.
        summary: one short sentence.
    """

    where: str
    summary: str


COMMANDS = {
    "demo": Line(
        "polyrec.cli.demo:demo", "Run the main job on the data that ship, end in a report."
    ),
    "datasets": Line("polyrec.cli.datasets:datasets", "List the datasets that ship."),
    "ingest": Line("polyrec.cli.ingest:ingest", "Show what came in, and write the checked data."),
    "convert": Line(
        "polyrec.cli.convert:convert", "Write any data that can be read as two plain tables."
    ),
    "detect": Line("polyrec.cli.detect:detect", "Show in which language texts are."),
    "translate": Line(
        "polyrec.cli.translate:translate", "Translate a catalog, through the memory."
    ),
    "review": Line("polyrec.cli.review:review", "Look at doubtful translations, and decide."),
    "keywords": Line(
        "polyrec.cli.keywords:keywords", "Show the words that say most about items or users."
    ),
    "duplicates": Line(
        "polyrec.cli.duplicates:duplicates", "Find the items that are versions of one work."
    ),
    "fit": Line("polyrec.cli.fit:fit", "Fit a plan on data and save the model."),
    "recommend": Line("polyrec.cli.recommend:recommend", "Recommend items, to anybody."),
    "ask": Line("polyrec.cli.ask:ask", "Answer a wish in plain words, in any language."),
    "similar": Line("polyrec.cli.similar:similar", "Show the items nearest to an item."),
    "explain": Line("polyrec.cli.explain:explain", "Show why items are recommended."),
    "profile": Line("polyrec.cli.profile:profile", "Show what somebody likes, for them to read."),
    "serve": Line("polyrec.cli.serve:serve", "Answer over http: a REST service."),
    "keys": Line("polyrec.cli.keys:keys", "List, add and revoke the keys of a service."),
    "retrain": Line(
        "polyrec.cli.retrain:retrain", "Fit the model in service anew, on all that has happened."
    ),
    "versions": Line("polyrec.cli.versions:versions", "List the versions of the model in service."),
    "rollback": Line("polyrec.cli.versions:rollback", "Let an earlier version serve again."),
    "evaluate": Line("polyrec.cli.evaluate:evaluate", "Compare models honestly, with intervals."),
    "tune": Line("polyrec.cli.tune:tune", "Find good settings, with equal trials for each model."),
    "benchmark": Line(
        "polyrec.cli.benchmark:benchmark", "Compare models with others' on the same splits."
    ),
    "adapt": Line("polyrec.cli.adapt:adapt", "Adapt an encoder to data."),
    "health": Line("polyrec.cli.health:health", "Measure an encoder's space across languages."),
    "store": Line("polyrec.cli.store:store", "Show the database, or bring it up to date."),
    "backup": Line("polyrec.cli.backup:backup", "Write the database and models to one file."),
    "restore": Line("polyrec.cli.backup:restore", "Fill an empty database from a backup."),
    "parts": Line("polyrec.cli.parts:parts", "List the parts that a plan can name."),
    "doctor": Line("polyrec.cli.doctor:doctor", "Check the installation."),
}
