from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from polyrec.evaluation.report_choice import by_catalog, choose, over_several_texts
from polyrec.evaluation.report_claims import claims
from polyrec.evaluation.report_numbers import interval, percent, plain, signed
from polyrec.evaluation.rows import Row, find

if TYPE_CHECKING:
    from polyrec.evaluation.content import Content

NAN = float("nan")
ROW = Row("debian", "one-language", "random", "mean", "ease", "all", "ndcg", 20, 0.3, 0.2, 0.4, 30)


def test_the_mean_over_seeds_goes_before_a_single_seed(bare_content: Content) -> None:
    rows = [replace(ROW, seed=0, value=0.1), ROW, replace(ROW, seed=1, value=0.5)]
    row = choose(replace(bare_content, rows=rows)).get("random", "ease", "ndcg")
    assert row == ROW


def test_the_view_of_most_rows_goes_before_others(bare_content: Content) -> None:
    other = replace(ROW, view="one-language:1-3", value=0.5)
    choice = choose(replace(bare_content, rows=[other, ROW, replace(ROW, seed=0)]))
    assert choice.view == "one-language"
    assert choice.get("random", "ease", "ndcg") == ROW


def test_the_list_length_of_most_rows_goes_before_others(bare_content: Content) -> None:
    rows = [replace(ROW, k=10), ROW, replace(ROW, measure="recall")]
    assert choose(replace(bare_content, rows=rows)).get("random", "ease", "ndcg") == ROW


def test_a_value_that_is_not_known_is_none(bare_content: Content) -> None:
    choice = choose(replace(bare_content, rows=[replace(ROW, value=NAN)]))
    assert choice.get("random", "ease", "ndcg") is None
    assert choice.get("random", "hybrid", "ndcg") is None


def test_splits_stand_in_one_order_and_left_out_languages_are_none(made_content: Content) -> None:
    backwards = replace(made_content, rows=list(reversed(made_content.rows)))
    assert choose(backwards).splits == ("random", "cold-items")


def test_models_without_a_list_are_those_of_the_rows(bare_content: Content) -> None:
    rows = [ROW, replace(ROW, model="hybrid - ease")]
    assert list(choose(replace(bare_content, rows=rows)).models) == ["ease"]


def test_languages_follow_the_catalog(made_content: Content, bare_content: Content) -> None:
    tags = ["ja", "xx", "de", "en"]
    assert by_catalog(tags, made_content) == ["en", "de", "ja", "xx"]
    assert by_catalog(tags, replace(made_content, exposure={})) == ["en", "de", "ja", "xx"]
    assert by_catalog(tags, bare_content) == tags


def test_a_view_over_several_texts_ends_in_a_range() -> None:
    assert over_several_texts("one-language:1-3")
    assert not over_several_texts("one-language:2")
    assert not over_several_texts("one-language")


def test_claims_rest_on_several_texts_where_there_are_some(bare_content: Content) -> None:
    cost = replace(ROW, model="hybrid", measure="language-cost-recovered", value=0.8)
    wide = replace(cost, view="one-language:1-3", value=0.9)
    content = replace(bare_content, rows=[cost, wide, replace(cost, view="one-language:2"), ROW])
    (claim,) = claims(content.rows, choose(content))
    assert claim.figure == "90\u00a0%"
    assert "view one-language:1-3" in claim.basis


def test_a_claim_against_another_control_says_so(bare_content: Content) -> None:
    model = "hybrid against hybrid-raw-sharp"
    row = replace(ROW, model=model, measure="language-cost-recovered", value=0.7)
    content = replace(bare_content, rows=[row])
    (claim,) = claims(content.rows, choose(content))
    assert "costs hybrid is recovered by debiasing, measured against hybrid-raw-sharp" in claim.text


@pytest.mark.parametrize(
    ("low", "high", "clear", "words"),
    [
        (0.1, 0.2, True, "a is ahead of b"),
        (-0.2, 0.3, False, "a and b cannot be told apart"),
        (NAN, NAN, False, "a and b cannot be told apart"),
    ],
)
def test_a_difference_is_claimed_only_where_the_interval_is_clear(
    made_content: Content, low: float, high: float, clear: bool, words: str
) -> None:
    row = replace(ROW, model="a - b", value=0.15, low=low, high=high)
    (claim,) = claims([row], choose(made_content))
    assert claim.clear is clear
    assert claim.text == f"nDCG@20: {words}."


def test_few_users_tell_no_models_apart(made_content: Content) -> None:
    row = replace(ROW, model="a - b", value=0.15, low=0.1, high=0.2, n=29)
    (claim,) = claims([row], choose(made_content))
    assert not claim.clear
    assert claim.text == "nDCG@20: too few users (under 30) to tell a and b apart."


def test_differences_in_other_slices_are_no_claims(made_content: Content) -> None:
    row = replace(ROW, model="hybrid - ease", slice="cross-language")
    assert claims([row], choose(made_content)) == []
    assert find(made_content.rows, model="hybrid - ease")


def test_numbers_are_written_with_a_real_minus() -> None:
    assert plain(-0.1234) == "−0.123"
    assert signed(0.1) == "+0.100"
    assert percent(-0.126) == "−13\u00a0%"
    assert interval(ROW, plain) == "0.200 to 0.400"
    assert interval(replace(ROW, low=NAN), plain) == ""
