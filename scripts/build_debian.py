# /// script
# requires-python = ">=3.11"
# dependencies = ["polars>=1.30", "debian-inspector>=31.1"]
# ///
"""Build the `debian` dataset from the Debian archive's own metadata, as apt has it.

Users are the people who maintain or upload, items are source packages described in every language
that has a translation, and an interaction says that the one looks after the other. apt fetches
the indices into a folder of its own and checks their signatures; the system's apt is not touched
and nothing needs root. Needs `apt-get` and the package `debian-archive-keyring`.

User ids are shuffled by the system's source of randomness and the order is thrown away, so a
rebuild of the same release gives the same rows under other user ids.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    Paragraph = Mapping[str, str]  # field names in lower case, as debian-inspector gives them
    Pairs = set[tuple[str, str]]  # (user, item)

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src/polyrec/data/datasets/debian"
REMOVED = ROOT / "scripts/removed_people.txt"

CODENAME = "bookworm"
TITLE = "Debian 12 'bookworm', main"
ARCHITECTURE = "amd64"
SOURCES = "main/source/Sources"
PACKAGES = f"main/binary-{ARCHITECTURE}/Packages"
TRANSLATION = re.compile(r"main/i18n/Translation-([A-Za-z_]+)")

MIN_PER_USER = 5
MIN_PER_ITEM = 2

# A contact is no person if its host's first label or its name says so.
LIST_HOSTS = frozenset(
    {"alioth-lists", "googlegroups", "groups", "list", "lists", "lists-alioth", "packages", "qa"}
    | {"team", "teams", "tracker"}
)
TEAM_NAME = re.compile(
    r"\b(team|maintainers?|group|developers|task force|strike force|packag(ers|ing)|project)\b"
)

# What is chosen as a source's main binary package only if there is nothing better.
DEVELOPMENT = re.compile(r"-dev$")
COMPANION = re.compile(
    r"^gir1\.2-|\+.*-dev$|-(docs?|dbg|dbgsym|data|common|examples?|tests?|prof|l10n)$"
)

BULLET = re.compile(r"(?:[-*+•·]|\d{1,2}[.)])\s+\S")
WIDE = "[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]"  # scripts that put no space between words
WIDE_BREAK = re.compile(f"({WIDE})\n(?={WIDE})")
ADDRESS = re.compile(r" ?(?:&lt;|[<(])?[A-Za-z0-9_.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}(?:&gt;|[>)])?")
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffd]")

RULES = [
    "user: a person in Maintainer or Uploaders of a source package; contacts at hosts whose first"
    f" label is one of {', '.join(sorted(LIST_HOSTS))}, and contacts whose name matches"
    f" /{TEAM_NAME.pattern}/, are taken for teams and left out",
    "contacts are one person if they share an address or a name of two words or more; both in NFKC"
    " and lower case, names without what stands in brackets",
    "item: a source package of the release with a binary package for"
    f" {ARCHITECTURE} or all; of several versions the newest",
    "main binary package: the one with the source's name; else, in the order of Package-List, the"
    " first that is not in section oldlibs nor a companion (docs, data, tests and the like), then"
    " not -dev, then begins with `lib` if and only if the source does",
    "category: the section of the main binary package",
    "text: short description, line feed, long description un-wrapped; a translation belongs to a"
    " description by package and MD5 and is dropped if it equals the English text",
    "e-mail addresses inside descriptions are cut out",
    f"interactions: who looks after what; users with at least {MIN_PER_USER} items and items with"
    f" at least {MIN_PER_ITEM} users, to a fixed point",
    "user ids: shuffled by a secret that is thrown away; a rebuild gives other ids",
]


class BuildError(Exception):
    """The dataset cannot be built; the message says why and what to do."""


# --- the archive -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Release:
    """What the signed Release file says.

    Attributes:
        fields: its one-line fields, such as Date and Suite.
        hashes: the SHA-256 of every index file that is not empty, by its name in the release.
    """

    fields: Mapping[str, str]
    hashes: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Release:
        """Read an InRelease file whose signature apt has checked."""
        fields: dict[str, str] = {}
        hashes: dict[str, str] = {}
        name = ""
        for line in text.splitlines():
            if line.startswith(" "):
                digest, size, index = line.split()
                if name == "SHA256" and size != "0":  # apt does not fetch empty files
                    hashes[index] = digest
            elif ": " in line or line.endswith(":"):
                name, _, value = line.partition(":")
                fields.setdefault(name, value.strip())
        return cls(fields, hashes)

    @property
    def translations(self) -> list[str]:
        """The languages for which the release has descriptions, as the archive writes them."""
        return sorted(m[1] for name in self.hashes if (m := TRANSLATION.fullmatch(name)))


@dataclass(frozen=True)
class Archive:
    """The index files of one release, checked and on disk.

    Attributes:
        release: what the Release file says of them.
        files: where each lies, by its name in the release.
    """

    release: Release
    files: Mapping[str, Path]


def fetch(work: Path, mirror: str | None, keyring: Path | None) -> Archive:
    """Have apt fetch every index of the release into `work` and check it."""
    lay_out(work, mirror or own_mirror(), keyring or own_keyring())
    say("fetching the release")
    run_apt(work, ["none"], "update")
    release = Release.parse(release_file(work).read_text("utf-8"))
    say(f"fetching descriptions in {len(release.translations)} languages")
    run_apt(work, release.translations, "update")
    files = index_files(work, release.translations)
    release = Release.parse(release_file(work).read_text("utf-8"))
    for name, path in files.items():
        if sha256(path.read_bytes()) != release.hashes.get(name):
            raise BuildError(f"{name} is not what the release says; empty {work} and run again")
    return Archive(release, files)


def lay_out(work: Path, mirror: str, keyring: Path) -> None:
    """Make the folders apt wants, and its list of sources."""
    for folder in ("etc", "state", "lists/partial", "cache/archives/partial"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    options = f"[arch={ARCHITECTURE} signed-by={keyring}] {mirror} {CODENAME} main\n"
    (work / "etc/sources.list").write_text(f"deb {options}deb-src {options}", "utf-8")


def run_apt(work: Path, languages: Sequence[str], *command: str) -> str:
    """Run apt-get on the folder `work` alone and return what it prints."""
    settings = work / "apt.conf"
    quoted = " ".join(f'"{language}";' for language in languages)
    settings.write_text(
        f"""#clear Acquire::Languages;
Acquire::Languages {{ {quoted} }};
Acquire::GzipIndexes "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
APT::Update::Error-Mode "any";
Dir::Etc "{work}/etc";
Dir::State "{work}/state";
Dir::State::lists "{work}/lists";
Dir::State::status "/dev/null";
Dir::Cache "{work}/cache";
""",
        "utf-8",
    )
    return run("apt-get", "-q", "-c", str(settings), *command)


def run(*command: str) -> str:
    """Run a command and return what it prints."""
    if shutil.which(command[0]) is None:
        raise BuildError(f"{command[0]} is not on the path; run this on Debian or a derivative")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildError(f"{command[0]} failed:\n{done.stderr.strip()}")
    return done.stdout


def own_mirror() -> str:
    """Find the address of the Debian archive that the machine's own apt uses."""
    listed = run("apt-get", "indextargets", "--format", "$(LABEL)\t$(CODENAME)\t$(REPO_URI)")
    rows = [line.split("\t") for line in listed.splitlines()]
    debian = [row for row in rows if row[0] == "Debian"]
    if not debian:
        raise BuildError("this machine's apt has no Debian archive; name one with --mirror")
    return min(debian, key=lambda row: row[1] != CODENAME)[2]


def own_keyring() -> Path:
    """Find the keys of the Debian archive among the files of their package."""
    listed = run("dpkg-query", "--listfiles", "debian-archive-keyring").splitlines()
    for path in map(Path, listed):
        if path.stem == "debian-archive-keyring" and path.suffix in {".gpg", ".pgp"}:
            return path
    raise BuildError("no keys of the Debian archive found; name the file with --keyring")


def release_file(work: Path) -> Path:
    """Return the one InRelease file that apt fetched."""
    found = list((work / "lists").glob("*_InRelease"))
    if len(found) != 1:
        raise BuildError(f"{work} holds {len(found)} releases, not one; empty it and run again")
    return found[0]


def index_files(work: Path, languages: Sequence[str]) -> dict[str, Path]:
    """Return where apt put each index, by its name in the release."""
    listed = run_apt(
        work, languages, "indextargets", "--format", "$(METAKEY)\t$(FILENAME)"
    ).splitlines()
    rows = dict(line.split("\t") for line in listed)
    wanted = [SOURCES, PACKAGES, *(f"main/i18n/Translation-{code}" for code in languages)]
    if missing := [name for name in wanted if name not in rows]:
        raise BuildError(f"apt did not fetch {', '.join(missing)}")
    return {name: Path(rows[name]) for name in wanted}


def read_paragraphs(path: Path) -> Iterator[Paragraph]:
    """Read the paragraphs of an index file."""
    from debian_inspector import debcon  # type: ignore[import-not-found,import-untyped,unused-ignore]

    for paragraph in debcon.get_paragraphs_data_from_file(str(path)):
        if "unknown" in paragraph:  # where debian-inspector puts what it cannot read
            raise BuildError(f"{path}: {paragraph['unknown'][:80]!r} is no control paragraph")
        yield paragraph


def read_sources(path: Path) -> dict[str, Paragraph]:
    """Read the release's source packages, of each the newest version.

    Sources kept only because a binary package was built using them are left out.
    """
    from debian_inspector.version import (  # type: ignore[import-not-found,import-untyped,unused-ignore]
        Version,
    )

    newest: dict[str, Paragraph] = {}
    for source in read_paragraphs(path):
        if source.get("extra-source-only") == "yes":
            continue
        known = newest.setdefault(source["package"], source)
        if Version.from_string(source["version"]) > Version.from_string(known["version"]):
            newest[source["package"]] = source
    return newest


# --- people ------------------------------------------------------------------------------------


@dataclass(frozen=True, order=True)
class Contact:
    """A name and an address as they stand together in Maintainer or Uploaders, case folded."""

    name: str
    address: str

    @property
    def is_team(self) -> bool:
        """Whether this is a mailing list, a team or a role rather than a person."""
        host = self.address.rpartition("@")[2]
        return host.split(".")[0] in LIST_HOSTS or bool(TEAM_NAME.search(self.name))


def contacts(field: str) -> list[Contact]:
    """Split a field such as `A. Name <a@example.org>, "B, C" <b@example.org>` into its contacts.

    What a name has in brackets, mostly a nickname or the name in another script, is left off.
    """
    found = re.findall(r"([^<>]*)<([^<>]*)>", field)
    return [
        Contact(folded(re.sub(r"\([^()]*\)", " ", name).strip(" ,\"'\n\t")), folded(address))
        for name, address in found
        if "@" in address
    ]


def folded(text: str) -> str:
    """Fold case, white space and the ways Unicode has of writing the same."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def keepers(source: Paragraph) -> set[Contact]:
    """Return everybody who looks after a source package, people and teams."""
    return {
        *contacts(source.get("maintainer", "")),
        *contacts(source.get("uploaders", "")),
    }


def people(found: Iterable[Contact]) -> dict[Contact, str]:
    """Say which person each contact is, by one of that person's addresses.

    Contacts are one person if they share an address, or a name of two words or more: many wrote
    from several addresses over the years, some under several names.
    """
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    in_order = sorted(set(found))
    for contact in in_order:
        if " " in contact.name:
            parent[root(contact.name)] = root(contact.address)
    return {contact: root(contact.address) for contact in in_order}


def read_removed(path: Path) -> set[str]:
    """Read the hashed addresses of the people who asked to be left out."""
    lines = (line.strip() for line in path.read_text("utf-8").splitlines())
    hashes = {line for line in lines if line and not line.startswith("#")}
    if wrong := [text for text in hashes if not re.fullmatch("[0-9a-f]{64}", text)]:
        raise BuildError(f"{path}: {wrong[0]!r} is no SHA-256 in hexadecimal digits")
    return hashes


def looking_after(
    kept_by: Mapping[str, Collection[Contact]], removed: Collection[str]
) -> tuple[Pairs, dict[Contact, str]]:
    """Return the pairs of person and source package, and who each contact is.

    Args:
        kept_by: the contacts of each source package.
        removed: hashed addresses; a person known by one of them is left out.
    """
    known = people(c for found in kept_by.values() for c in found if not c.is_team)
    gone = {person for c, person in known.items() if sha256(c.address.encode()) in removed}
    pairs = {
        (known[contact], source)
        for source, found in kept_by.items()
        for contact in found
        if contact in known and known[contact] not in gone
    }
    return pairs, known


def fixed_point(pairs: Pairs, per_user: int = MIN_PER_USER, per_item: int = MIN_PER_ITEM) -> Pairs:
    """Drop users and items with too few interactions until none is left that has too few."""
    while True:
        users = Counter(user for user, _ in pairs)
        items = Counter(item for _, item in pairs)
        kept = {(u, i) for u, i in pairs if users[u] >= per_user and items[i] >= per_item}
        if len(kept) == len(pairs):
            return kept
        pairs = kept


def shuffled_ids(users: Iterable[str]) -> dict[str, str]:
    """Give each user an id that says nothing, not even by its order."""
    order = sorted(set(users))
    secrets.SystemRandom().shuffle(order)
    return {user: f"m{number:04d}" for number, user in enumerate(order)}


# --- descriptions ------------------------------------------------------------------------------


def main_binary(source: Paragraph, packages: Mapping[str, Paragraph]) -> str | None:
    """Choose the binary package whose description stands for the source package.

    Returns:
        Its name; None if the release has no binary package of the source.
    """
    rows = [line.split() for line in source.get("package-list", "").splitlines()]
    listed = [row[0] for row in rows if row[1:2] == ["deb"]]
    names = listed or [name.strip() for name in source.get("binary", "").split(",")]
    own = source["package"]

    def rank(name: str) -> tuple[bool, bool, bool, bool, bool]:
        return (
            name != own,
            packages[name].get("section") == "oldlibs",
            bool(COMPANION.search(name)),
            bool(DEVELOPMENT.search(name)),
            name.startswith("lib") != own.startswith("lib"),
        )

    return min((name for name in names if name in packages), key=rank, default=None)


def plain_text(description: str) -> str:
    """Turn a description field into plain text: the short one, then the long one un-wrapped."""
    short, _, long = CONTROL.sub(" ", description).partition("\n")
    text = f"{short.strip()}\n{unwrapped(long.split(chr(10)))}"
    text = re.sub(r"[^\S\n]+", " ", text)
    text = ADDRESS.sub("", text)
    return re.sub(r" *\n *(\n)?[ \n]*", r"\n\1", text).strip()


def unwrapped(lines: Iterable[str]) -> str:
    """Join the lines of each paragraph and list item of a long description.

    By Debian's policy a line begins with one space, ` .` is a blank line, and a line that begins
    with more spaces is shown as it stands. Such lines are kept apart, but for what continues a
    list item.
    """
    blocks: list[str] = []
    indent, item, is_open = 0, False, False
    for line in lines:
        body = line.removeprefix(" ")
        words = body.strip()
        if words in {"", "."}:
            blocks.append("")
            is_open = False
            continue
        depth = len(body) - len(body.lstrip())
        bullet = bool(BULLET.match(words))
        goes_on = depth >= indent if item else depth == indent == 0
        if is_open and goes_on and not bullet:
            blocks[-1] = f"{blocks[-1]}\n{words}"
        else:
            blocks.append(words)
            indent, item, is_open = depth, bullet, True
    return "\n".join(WIDE_BREAK.sub(r"\1", block).replace("\n", " ") for block in blocks)


def translations(
    paragraphs: Iterable[Paragraph], wanted: Mapping[tuple[str, str], str]
) -> dict[str, str]:
    """Return the texts of items from the descriptions of one language.

    Args:
        paragraphs: the descriptions.
        wanted: items by package and MD5 of the English description. A translation of an older
            description has another MD5 and so belongs to none.
    """
    texts: dict[str, str] = {}
    for paragraph in paragraphs:
        item = wanted.get((paragraph["package"], paragraph["description-md5"]))
        field = next((key for key in paragraph if re.match("description-(?!md5)", key)), None)
        if item is not None and field is not None:
            texts[item] = plain_text(paragraph[field])
    return texts


def all_texts(archive: Archive, mains: Mapping[str, Paragraph]) -> dict[tuple[str, str], str]:
    """Return every text by item and language, given the main binary package of each item."""
    wanted = {(p["package"], p["description-md5"]): item for item, p in mains.items()}
    english = {item: plain_text(p["description"]) for item, p in mains.items()}
    path = archive.files["main/i18n/Translation-en"]
    english.update(translations(read_paragraphs(path), wanted))
    texts = {(item, "en"): text for item, text in english.items()}
    for code in archive.release.translations:
        if code == "en":
            continue
        path = archive.files[f"main/i18n/Translation-{code}"]
        for item, text in translations(read_paragraphs(path), wanted).items():
            if text and folded(text) != folded(english[item]):
                texts[item, code.replace("_", "-")] = text
    return texts


# --- tables ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tables:
    """The three tables of the dataset."""

    items: pl.DataFrame
    texts: pl.DataFrame
    interactions: pl.DataFrame


def build(archive: Archive, removed: Collection[str], review: int = 0) -> Tables:
    """Make the tables from the archive's indices.

    Args:
        archive: the indices.
        removed: hashed addresses of the people to leave out.
        review: how many of the most prolific people and teams to name on stderr, for the eye.
    """
    say("reading packages")
    packages = {p["package"]: p for p in read_paragraphs(archive.files[PACKAGES])}
    sources = read_sources(archive.files[SOURCES])
    mains = {
        name: packages[main]
        for name, source in sources.items()
        if (main := main_binary(source, packages)) is not None
    }
    kept_by = {name: keepers(sources[name]) for name in mains}
    pairs, known = looking_after(kept_by, removed)
    pairs = fixed_point(pairs)
    if review:
        name_people(pairs, known, kept_by, review)
    items = {item: mains[item] for item in {item for _, item in pairs}}
    say("reading descriptions")
    return tables(pairs, items, all_texts(archive, items))


def tables(
    pairs: Pairs, items: Mapping[str, Paragraph], texts: Mapping[tuple[str, str], str]
) -> Tables:
    """Lay out the tables, sorted by what they publish and nothing else."""
    ids = shuffled_ids(user for user, _ in pairs)
    return Tables(
        pl.DataFrame(
            sorted((item, section(p)) for item, p in items.items()),
            schema={"item_id": pl.String, "category": pl.String},
            orient="row",
        ),
        pl.DataFrame(
            sorted((item, language, text) for (item, language), text in texts.items()),
            schema={"item_id": pl.String, "language": pl.String, "text": pl.String},
            orient="row",
        ),
        pl.DataFrame(
            sorted((ids[user], item) for user, item in pairs),
            schema={"user_id": pl.String, "item_id": pl.String},
            orient="row",
        ),
    )


def section(package: Paragraph) -> str:
    """Return the section of a package without the archive area it may begin with."""
    return package.get("section", "").rpartition("/")[2]


def name_people(
    pairs: Pairs,
    known: Mapping[Contact, str],
    kept_by: Mapping[str, Collection[Contact]],
    most: int,
) -> None:
    """Name the most prolific people kept and contacts left out, for the eye alone."""
    names: dict[str, set[str]] = {}
    for contact, person in known.items():
        names.setdefault(person, set()).add(contact.name)
    for person, count in Counter(user for user, _ in pairs).most_common(most):
        say(f"  kept {count:5d}  {' / '.join(sorted(names[person]))}")
    teams = Counter(c for found in kept_by.values() for c in found if c.is_team)
    for contact, count in teams.most_common(most):
        say(f"  left out {count:5d}  {contact.name} <{contact.address}>")


# --- the folder --------------------------------------------------------------------------------


def write(made: Tables, release: Release, target: Path) -> None:
    """Write the dataset's folder, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch:
        new = Path(scratch) / "new"
        new.mkdir()
        for name in ("items", "texts", "interactions"):
            table: pl.DataFrame = getattr(made, name)
            table.write_parquet(new / f"{name}.parquet", compression="zstd", compression_level=19)
        counts = counted(made)
        facts = provenance(release, made, sorted(new.glob("*.parquet")))
        facts_text = json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
        (new / "provenance.json").write_text(facts_text, "utf-8")
        (new / "COPYRIGHT").write_text(COPYRIGHT.format(archive=TITLE), "utf-8")
        (new / "README.md").write_text(README.format(**facts, archive=TITLE, **counts), "utf-8")
        put_in_place(new, target, Path(scratch) / "old")


def put_in_place(new: Path, target: Path, old: Path) -> None:
    """Move a folder to its place, and what stood there to `old`; if that fails, move it back."""
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise


def counted(made: Tables) -> dict[str, int]:
    """Count what the tables hold."""
    return {
        "users": made.interactions["user_id"].n_unique(),
        "items": made.items.height,
        "interactions": made.interactions.height,
        "texts": made.texts.height,
        "languages": made.texts["language"].n_unique(),
        "languages_with_50_texts": sum(n >= 50 for n in texts_per_language(made).values()),
    }


def texts_per_language(made: Tables) -> dict[str, int]:
    """Count the texts of each language, most first."""
    return dict(Counter(made.texts["language"].sort().to_list()).most_common())


def provenance(release: Release, made: Tables, written: Sequence[Path]) -> dict[str, object]:
    """Say where the dataset comes from and by what rules it was made."""
    read = [SOURCES, PACKAGES, *(f"main/i18n/Translation-{c}" for c in release.translations)]
    return {
        "title": "People who look after Debian source packages",
        "source": f"{TITLE}: indices of the archive as fetched and checked by apt",
        "suite": release.fields["Suite"],
        "codename": release.fields["Codename"],
        "version": release.fields["Version"],
        "release_date": release.fields["Date"],
        "build_date": datetime.now(UTC).date().isoformat(),
        "counts": counted(made),
        "texts_per_language": texts_per_language(made),
        "rules": RULES,
        "files_sha256": {path.name: sha256(path.read_bytes()) for path in written},
        "index_files_sha256": {name: release.hashes[name] for name in read},
    }


README = """\
# debian: who looks after what in Debian

Real people and texts written by people, in {languages} languages, of which
{languages_with_50_texts} have 50 texts or more. `scripts/build_debian.py` makes it from the
archive's metadata, by the rules in `provenance.json`. Release: {archive},
version {version}, {release_date}.

| file | columns | rows |
| --- | --- | --- |
| `items.parquet` | `item_id` (source package), `category` (section) | {items:,} |
| `texts.parquet` | `item_id`, `language` (BCP 47), `text` | {texts:,} |
| `interactions.parquet` | `user_id`, `item_id` | {interactions:,} |

An interaction says that one of {users:,} people maintains or uploads a source package. Every user
has at least 5 items and every item at least 2 users; mailing lists and teams are left out. Every
item has an English text; the others are translations by volunteers, some of them partial.

## Privacy

User ids are numbers shuffled by a secret that was thrown away. This keeps names out of the data.
It does not make anybody anonymous: who maintains which package is public, and whoever compares
this table with Debian's own lists can tell who a user is. Use the data for recommendation
research and examples, not to judge people.

To be removed, open an issue in this project that names the source packages you look after or your
user id. The next release drops you, and rebuilds keep you out; releases already out cannot be
recalled. E-mail addresses were cut out of the descriptions; names of authors that stand in them
were not.

## Copyright

The descriptions belong to their packages' authors and translators; see `COPYRIGHT`.
"""

COPYRIGHT = """\
The texts in texts.parquet are descriptions of software packages, taken from the archive of
{archive}, and their translations by the Debian Description Translation Project.

Each description is copyright of the authors of its package, and each translation also of its
translators. They are free: each may be used under the licence of its package, which the file
debian/copyright of the source package states. item_id is the name of that source package.

They are NOT covered by the licence of polyrec. Their lines were joined to paragraphs, white space
tidied and e-mail addresses cut out; nothing else was changed.

The tables items.parquet and interactions.parquet hold facts from the archive's indices, namely
names of packages, their sections, and that somebody looks after them. The authors of polyrec
claim no rights in them.

Debian is a registered trademark of Software in the Public Interest, Inc. This dataset is not made
or endorsed by the Debian project.
"""


# --- the command -------------------------------------------------------------------------------


def sha256(data: bytes) -> str:
    """Return the SHA-256 of some bytes in hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def say(message: str) -> None:
    """Tell whoever waits how far we are."""
    print(message, file=sys.stderr, flush=True)


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Build the `debian` dataset from apt's metadata.")
    parser.add_argument(
        "--mirror", help="address of a Debian archive; default: the one this machine's apt uses"
    )
    parser.add_argument(
        "--keyring", type=Path, help="the archive's keys; default: those of debian-archive-keyring"
    )
    parser.add_argument(
        "--work", type=Path, help="folder to keep the indices in; default: a temporary one"
    )
    parser.add_argument("--target", type=Path, default=TARGET, help="the dataset's folder")
    parser.add_argument(
        "--exclude-users",
        type=Path,
        default=REMOVED,
        metavar="FILE",
        help="hashed addresses of people to leave out; default: %(default)s",
    )
    parser.add_argument(
        "--review",
        type=int,
        default=0,
        metavar="N",
        help="name the N most prolific people kept and teams left out on stderr",
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build the dataset and return the exit code."""
    options = parse_arguments(arguments)
    try:
        removed = read_removed(options.exclude_users)
        with tempfile.TemporaryDirectory() as scratch:
            Path(scratch).chmod(0o755)  # apt fetches as a user of its own
            work: Path = options.work or Path(scratch)
            archive = fetch(work.resolve(), options.mirror, options.keyring)
            made = build(archive, removed, options.review)
        write(made, archive.release, options.target.resolve())
    except (BuildError, ImportError, OSError) as error:
        print(f"build_debian: {error}", file=sys.stderr)
        return 1
    counts = (f"{count:,} {what.replace('_', ' ')}" for what, count in counted(made).items())
    say(f"{options.target}: {', '.join(counts)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
