"""`polyrec serve`: a model as a REST service."""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from polyrec.cli.duration import DURATION
from polyrec.cli.models_option import models_option
from polyrec.cli.named_language_model import language_model_option, named
from polyrec.cli.printable import printable
from polyrec.core.errors import ConfigError

if TYPE_CHECKING:
    from polyrec.api.serving import Serving
    from polyrec.api.settings import Settings
    from polyrec.live.live import Live
    from polyrec.live.models_folder import ModelsFolder
    from polyrec.store.database import Database

EPILOG = """\b
Examples:
  polyrec serve model
  polyrec serve model --port 9000 --keys keys.json
  polyrec serve model --translator apertium
  polyrec serve model --language-model local
  polyrec serve --retrain-every 24h --retrain-after 10000
  polyrec serve --demo

The first start makes a key, shows it once and keeps its hash. Other machines reach the service
only if --host says so: put a server that speaks https before it."""

DATABASE_WAIT_S = 2.0
"""Who asks a service is told sooner than who waits for a command that others write."""


@click.command(epilog=EPILOG)
@click.argument("model", required=False)
@click.option("--demo", is_flag=True, help="The data that ship, and a key for this run alone.")
@models_option
@click.option(
    "--watch-every",
    type=click.FloatRange(min=0.01),
    default=2.0,
    show_default=True,
    help="Seconds between looks whether another version is to serve.",
)
@click.option(
    "--retrain-every",
    type=DURATION,
    default=0.0,
    metavar="TIME",
    help="Make a new version when the newest is so old: 90m, 24h, 7d.",
)
@click.option(
    "--retrain-after",
    type=click.IntRange(min=1),
    metavar="EVENTS",
    help="Make a new version after so many events.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="And its port."
)
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where hashes of keys are kept.  [default: keys.json in the user's data folder]",
)
@click.option(
    "--requests-per-second",
    type=click.FloatRange(min=0),
    default=100.0,
    show_default=True,
    help="For one key; 0 for no limit.",
)
@click.option(
    "--translator",
    metavar="NAME",
    help="Translates texts where that is asked for: a translator's name, or a .toml file with a "
    "table [translator].  [default: none]",
)
@language_model_option("Words explanations and profiles, and reads wishes")
@click.option(
    "--write-within",
    type=click.FloatRange(min=0, min_open=True),
    default=3.0,
    show_default=True,
    metavar="SECONDS",
    help="So long an answer waits for the language model.",
)
def serve(
    *,
    model: str | None,
    demo: bool,
    models_root: Path | None,
    watch_every: float,
    retrain_every: float,
    retrain_after: int | None,
    host: str,
    port: int,
    keys_file: Path | None,
    requests_per_second: float,
    translator: str | None,
    language_model: str | None,
    write_within: float,
) -> None:
    """Answer over http with MODEL, until Ctrl-C or SIGTERM.

    MODEL is a folder that fit has written, and is taken in when it is named for the first time.
    Without one, and for one that has served before, what served last goes on.
    """
    from polyrec.api.log import write_to_stderr
    from polyrec.api.server import run
    from polyrec.api.settings import Settings
    from polyrec.cli import named_translator
    from polyrec.live.translated import Interpreter
    from polyrec.live.writer import Writer

    settings = Settings(
        requests_per_s=requests_per_second,
        write_within_s=write_within,
        watch_every_s=watch_every,
        retrain_every_s=retrain_every,
        retrain_after=retrain_after or 0,
    )
    write_to_stderr()
    part = None if translator is None else named_translator.named(translator)
    writer = Writer()
    if (writing := named(language_model)) is not None:
        writer = Writer.of(writing, within_s=settings.write_within_s)
    if demo and (model or keys_file or models_root):
        what = "--demo goes with neither a model nor --keys nor --models"
        raise ConfigError(what, hint="leave them out")
    serving = _demo(settings) if demo else _own(model, models_root, keys_file, settings)
    serving.writer = writer
    if part is not None:
        database, within_s = serving.live.database, settings.translate_within_s
        serving.interpreter = Interpreter.of(part, database, budget_s=within_s)
    now = serving.live.serving()
    where = f"http://{printable(host)}:{port}"
    _tell(
        f"model {now.version[:12]} (version {now.number}) on {where}",
        "started",
        version=now.number,
        hash=now.version[:12],
        address=where,
    )
    run(serving, host=host, port=port)


def _tell(words: str, event: str, **facts: str | int) -> None:
    """Tell in words who looks on at a terminal, and in a line of the log whoever reads that."""
    from polyrec.api.log import line

    click.echo(words if sys.stderr.isatty() else line(event, **facts), err=True)


def _own(
    model: str | None, models_root: Path | None, keys_file: Path | None, settings: Settings
) -> Serving:
    from polyrec.api.key_file import default_file, open_keys
    from polyrec.api.secret import open_secret
    from polyrec.api.serving import Serving
    from polyrec.live.models_folder import ModelsFolder, default_root
    from polyrec.store.database import Database

    database = Database(lock_timeout_s=DATABASE_WAIT_S)
    database.counts()  # what is wrong with it is said now
    models = ModelsFolder(models_root or default_root(), database)
    live = _live(None if model is None else Path(model), models, database)
    keys_file = keys_file or default_file()
    keys, first = open_keys(keys_file)
    if first is not None:
        click.echo(f"key (read, write, admin), shown only now: {first}")
    return Serving(live, keys, settings, secret=open_secret(keys_file))


def _demo(settings: Settings) -> Serving:
    from polyrec.api.keys import Keys, new_key
    from polyrec.api.serving import Serving
    from polyrec.live.models_folder import ModelsFolder
    from polyrec.store.database import Database

    folder = Path(tempfile.mkdtemp(prefix="polyrec-demo-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    database = Database(str(folder / "demo.sqlite"), lock_timeout_s=DATABASE_WAIT_S)
    live = _live(_demo_model(), ModelsFolder(folder / "models", database), database)
    key, record = new_key("demo")
    click.echo(f"key (read, write, admin) for this run: {key}")
    return Serving(live, Keys([record]), settings)


def _live(folder: Path | None, models: ModelsFolder, database: Database) -> Live:
    from polyrec.live.live import Live
    from polyrec.live.start import start
    from polyrec.pipeline import artifact

    live = Live(database, models=models)
    loaded = start(models, live.items, folder)
    version = loaded.version
    if folder is not None and version.activated and version.hash != artifact.version_of(folder):
        said = f"{folder} has served before, and version {version.number} serves now"
        words = printable(f"{said}: see polyrec versions")
        _tell(words, "another version serves than was named", version=version.number)
    live.take(loaded)
    return live


def _demo_model() -> Path:
    """Give the folder of the demo's model in the cache; fitted when it is first asked for."""
    import polyrec
    from polyrec.core.remembered import default_folder

    folder = default_folder() / f"demo-model-{polyrec.__version__}"
    if not (folder / "manifest.json").is_file():
        _tell("fitting the data that ship, which takes minutes once", "fitting the demo")
        polyrec.fit(polyrec.load_dataset("debian")).save(folder)
    return folder
