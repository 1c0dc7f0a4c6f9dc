from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/build_debian.py"


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("build_debian", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


build_debian = _load()


def _contact(text: str) -> Any:
    (found,) = build_debian.contacts(text)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "Debian Example Group <pkg-example@lists.example.org>",
        "Example <team+example@tracker.example.org>",
        "Example <packages@qa.example.org>",
        "Debian Example Maintainers <example@example.org>",
        "Example Task Force <fonts@example.org>",
        "The Example Developers <help@example.org>",
    ],
)
def test_lists_and_teams_are_no_people(text: str) -> None:
    assert _contact(text).is_team


@pytest.mark.parametrize(
    "text",
    [
        "Ada Lovelace <ada@example.org>",
        "Alexander List <alex@example.org>",
        "Dana Teamer (Debian Example Team) <dana@teamer.example>",
        "kpc <git@example.net>",
    ],
)
def test_people_with_unusual_names_are_not_taken_for_teams(text: str) -> None:
    assert not _contact(text).is_team


def test_a_field_is_split_at_its_addresses_not_at_every_comma() -> None:
    field = 'Ada  Lovelace <Ada@Example.org>, "Hopper, Grace" <grace@example.org>,\n Nobody <>, '
    assert [(c.name, c.address) for c in build_debian.contacts(field)] == [
        ("ada lovelace", "ada@example.org"),
        ("hopper, grace", "grace@example.org"),
    ]


def test_contacts_that_share_an_address_or_a_full_name_are_one_person() -> None:
    first, second, third, other = (
        _contact("Ada Byron <ada@example.org>"),
        _contact("Ada Lovelace (countess) <ada@example.org>"),
        _contact("ADA LOVELACE <lovelace@example.net>"),
        _contact("Grace Hopper <grace@example.org>"),
    )
    person = build_debian.people([first, second, third, other])
    assert person[first] == person[second] == person[third] != person[other]


def test_people_who_share_only_a_first_name_stay_apart() -> None:
    first, second = _contact("Ada <ada@example.org>"), _contact("Ada <ada@example.net>")
    person = build_debian.people([first, second])
    assert person[first] != person[second]


def test_a_removed_person_is_left_out_under_every_address() -> None:
    kept_by = {
        "one": {_contact("Ada Lovelace <ada@example.org>")},
        "two": {_contact("Ada Lovelace <ada@example.net>"), _contact("Bob B <bob@example.org>")},
    }
    removed = {hashlib.sha256(b"ada@example.org").hexdigest()}
    pairs, _ = build_debian.looking_after(kept_by, removed)
    assert pairs == {("bob@example.org", "two")}


def test_the_list_of_removed_people_that_ships_is_readable_and_holds_no_address() -> None:
    assert "@" not in "".join(build_debian.read_removed(build_debian.REMOVED))


def test_a_plain_address_in_the_list_of_removed_people_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "removed.txt"
    path.write_text("# comment\nada@example.org\n", "utf-8")
    with pytest.raises(build_debian.BuildError, match="no SHA-256"):
        build_debian.read_removed(path)


def _source(*binaries: str, name: str = "tool") -> dict[str, str]:
    rows = "\n".join(f" {binary} deb misc optional arch=any" for binary in binaries)
    return {"package": name, "package-list": f"{rows}\n {name}-udeb udeb debian-installer optional"}


def _packages(*names: str, **sections: str) -> dict[str, dict[str, str]]:
    return {name: {"section": sections.get(name, "misc")} for name in names}


@pytest.mark.parametrize(
    ("listed", "chosen"),
    [
        (["libtool1", "tool", "tool-doc"], "tool"),
        (["gir1.2-tool-1", "tool-common", "tool-daemon"], "tool-daemon"),
        (["libtool1", "tool-bin"], "tool-bin"),
        (["librust-tool+std-dev", "librust-tool-dev"], "librust-tool-dev"),
        (["tool-data", "libtool-dev"], "libtool-dev"),
        (["tool-a", "tool-b"], "tool-a"),
    ],
)
def test_the_main_binary_is_what_the_source_is_about(listed: list[str], chosen: str) -> None:
    available = _packages(*listed, "tool-udeb")
    assert build_debian.main_binary(_source(*listed), available) == chosen


def test_the_main_binary_of_a_library_is_the_library() -> None:
    source = _source("bar-tools", "libbar1", "libbar-dev", name="libbar")
    available = _packages("bar-tools", "libbar1", "libbar-dev")
    assert build_debian.main_binary(source, available) == "libbar1"


def test_a_package_in_oldlibs_is_main_only_if_there_is_no_other() -> None:
    source = _source("old", "new")
    assert build_debian.main_binary(source, _packages("old", "new", old="oldlibs")) == "new"
    assert build_debian.main_binary(source, _packages("old", old="oldlibs")) == "old"


def test_a_source_without_binaries_in_the_release_has_no_main_binary() -> None:
    assert build_debian.main_binary(_source("tool"), {}) is None


def test_a_source_without_package_list_is_read_by_its_binary_field() -> None:
    source = {"package": "tool", "binary": "tool-doc, tool-bin"}
    assert build_debian.main_binary(source, _packages("tool-doc", "tool-bin")) == "tool-bin"


def test_a_long_description_is_unwrapped_but_paragraphs_and_lists_stay() -> None:
    description = """short words
 A paragraph that is
 wrapped.
 .
 Features:
  * one that goes
    on
  * two
 After the list.
 .
  verbatim one
  verbatim   two"""
    assert build_debian.plain_text(description) == (
        "short words\nA paragraph that is wrapped.\n\nFeatures:\n* one that goes on\n* two\n"
        "After the list.\n\nverbatim one\nverbatim two"
    )


def test_a_list_at_the_margin_is_a_list() -> None:
    assert build_debian.plain_text("s\n - one\n   more\n - two") == "s\n- one more\n- two"


def test_scripts_without_spaces_between_words_are_joined_without_space() -> None:
    assert build_debian.plain_text("短い\n これは長い\n 説明です。\n Unix\n 用") == (
        "短い\nこれは長い説明です。 Unix 用"
    )


def test_a_description_without_a_long_part_is_its_short_part() -> None:
    assert build_debian.plain_text("short words") == "short words"


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("by Ada <ada@example.org>.", "by Ada."),
        ("by Ada (ada.l@mail.example.org), 1843", "by Ada, 1843"),
        ("by Ada &lt;ada@example.org&gt;", "by Ada"),
        ("これはada@example.orgです", "これはです"),
        ('@app.route("/") and root@localhost', '@app.route("/") and root@localhost'),
    ],
)
def test_addresses_of_people_are_cut_out_of_texts(written: str, left: str) -> None:
    assert build_debian.plain_text(written) == left


def _translation(package: str, md5: str, text: str) -> dict[str, str]:
    return {"package": package, "description-md5": md5, "description-da": text}


def test_a_translation_belongs_to_the_description_it_translates() -> None:
    wanted = {("tool-bin", "aa"): "tool"}
    found = build_debian.translations([_translation("tool-bin", "aa", "værktøj")], wanted)
    assert found == {"tool": "værktøj"}


def test_a_translation_of_an_older_description_is_left_out() -> None:
    wanted = {("tool-bin", "aa"): "tool"}
    assert build_debian.translations([_translation("tool-bin", "bb", "gammel")], wanted) == {}


def test_a_translation_of_another_package_is_left_out() -> None:
    wanted = {("tool-bin", "aa"): "tool"}
    assert build_debian.translations([_translation("tool-doc", "aa", "andet")], wanted) == {}


def test_users_and_items_with_too_few_interactions_go_until_none_is_left() -> None:
    block = {(f"u{u}", f"i{i}") for u in range(2) for i in range(2)}
    # u2 has two items, but once i9 is gone for want of users, it has one and goes too
    chain = {("u2", "i0"), ("u2", "i9")}
    assert build_debian.fixed_point(block | chain, per_user=2, per_item=2) == block


def test_the_fixed_point_of_sparse_data_is_empty() -> None:
    assert build_debian.fixed_point({("u", "i"), ("v", "j")}, per_user=2, per_item=2) == set()


def test_user_ids_are_numbers_without_gaps() -> None:
    ids = build_debian.shuffled_ids(f"user{n}" for n in range(100))
    assert sorted(ids.values()) == [f"m{n:04d}" for n in range(100)]


def test_user_ids_carry_no_order() -> None:
    users = [f"user{n:03d}" for n in range(200)]
    first, second = build_debian.shuffled_ids(users), build_debian.shuffled_ids(users)
    assert first != second
    assert [first[user] for user in users] != sorted(first.values())


def test_the_interactions_are_sorted_by_the_new_ids() -> None:
    pairs = {(f"user{u}", f"i{i}") for u in range(30) for i in range(5)}
    items = {f"i{i}": {"section": "contrib/net"} for i in range(5)}
    made = build_debian.tables(pairs, items, {(item, "en"): item for item in items})
    assert made.interactions.equals(made.interactions.sort("user_id", "item_id"))
    assert made.items["category"].unique().to_list() == ["net"]


INRELEASE = """-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

Suite: oldstable
Version: 12.0
Codename: bookworm
Date: Sat, 11 Jul 2026 10:16:37 UTC
MD5Sum:
 00 5 main/i18n/Translation-xx
SHA256:
 aa 10 main/source/Sources
 bb 10 main/binary-amd64/Packages
 cc 10 main/i18n/Translation-en
 dd 10 main/i18n/Translation-pt_BR
 ee 10 main/i18n/Translation-pt_BR.bz2
 ff 0 main/i18n/Translation-ml
 01 10 contrib/i18n/Translation-fr
-----BEGIN PGP SIGNATURE-----

aGVsbG8=
-----END PGP SIGNATURE-----
"""


def test_the_release_names_the_languages_whose_index_is_not_empty() -> None:
    release = build_debian.Release.parse(INRELEASE)
    assert release.translations == ["en", "pt_BR"]
    assert release.hashes["main/i18n/Translation-en"] == "cc"
    assert release.fields["Date"] == "Sat, 11 Jul 2026 10:16:37 UTC"


def _made_archive(folder: Path) -> Any:
    """Write five packages kept by two people and a team, with one translation that is stale."""
    sources, packages, english, brazilian = [], [], [], []
    for n in range(5):
        sources.append(
            f"Package: tool{n}\nBinary: tool{n}\nVersion: 1-1\n"
            "Maintainer: Debian Tool Team <tool@lists.example.org>\n"
            "Uploaders: Ada Lovelace <ada@example.org>, Bob B <bob@example.org>\n"
            f"Package-List:\n tool{n} deb net optional arch=any\n"
        )
        packages.append(
            f"Package: tool{n}\nSection: net\nDescription: tool\nDescription-md5: {n}\n"
        )
        english.append(
            f"Package: tool{n}\nDescription-md5: {n}\nDescription-en: tool\n A long\n text.\n"
        )
        md5 = "stale" if n == 4 else n
        text = "tool\n A long text." if n == 3 else "ferramenta\n Um texto\n longo."
        brazilian.append(f"Package: tool{n}\nDescription-md5: {md5}\nDescription-pt_BR: {text}\n")
    sources.append(sources[0].replace("Version: 1-1", "Version: 0-9\nExtra-Source-Only: yes"))
    written = {
        build_debian.SOURCES: sources,
        build_debian.PACKAGES: packages,
        "main/i18n/Translation-en": english,
        "main/i18n/Translation-pt_BR": brazilian,
    }
    files = {}
    for number, (name, paragraphs) in enumerate(written.items()):
        files[name] = folder / str(number)
        files[name].write_text("\n".join(paragraphs), "utf-8")
    return build_debian.Archive(build_debian.Release.parse(INRELEASE), files)


def test_a_small_archive_becomes_a_dataset(tmp_path: Path) -> None:
    pytest.importorskip("debian_inspector")
    archive = _made_archive(tmp_path)
    target = tmp_path / "out" / "debian"
    target.mkdir(parents=True)
    (target / "old").touch()
    build_debian.write(build_debian.build(archive, set()), archive.release, target)

    texts = pl.read_parquet(target / "texts.parquet")
    assert texts.filter(pl.col("item_id") == "tool0").rows() == [
        ("tool0", "en", "tool\nA long text."),
        ("tool0", "pt-BR", "ferramenta\nUm texto longo."),
    ]
    translated = texts.filter(pl.col("language") == "pt-BR")["item_id"].to_list()
    assert translated == ["tool0", "tool1", "tool2"]  # tool3 says the same, tool4 is stale
    interactions = pl.read_parquet(target / "interactions.parquet")
    assert interactions["user_id"].unique().sort().to_list() == ["m0000", "m0001"]
    assert interactions.height == 10
    facts = json.loads((target / "provenance.json").read_text("utf-8"))
    assert facts["counts"]["items"] == 5
    for name, digest in facts["files_sha256"].items():
        assert hashlib.sha256((target / name).read_bytes()).hexdigest() == digest
    assert {path.name for path in target.iterdir()} == {
        *("items.parquet", "texts.parquet", "interactions.parquet"),
        *("provenance.json", "COPYRIGHT", "README.md"),
    }
    assert [path.name for path in target.parent.iterdir()] == ["debian"]


def test_a_dataset_that_cannot_be_written_leaves_the_old_one_alone(tmp_path: Path) -> None:
    target = tmp_path / "debian"
    target.mkdir()
    (target / "old").touch()
    with pytest.raises(FileNotFoundError):
        build_debian.put_in_place(tmp_path / "missing", target, tmp_path / "aside")
    assert [path.name for path in target.iterdir()] == ["old"]


def test_a_machine_without_apt_is_told_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert build_debian.main(["--target", str(tmp_path / "debian")]) == 1
    assert "apt-get is not on the path" in capsys.readouterr().err
    assert not (tmp_path / "debian").exists()
