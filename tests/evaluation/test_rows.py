from __future__ import annotations

import json
import math

from polyrec.evaluation.rows import Row, find, to_json

NAN = math.nan
ROW = Row("d", "en", "random", 3, "ease", "all", "ndcg", 20, 0.5, 0.4, 0.6, 9)
MEAN = Row("d", "en", "random", "mean", "ease", "language:zh-Hant", "recall", 20, NAN, NAN, NAN, 0)
KEYS = ["dataset", "view", "split", "seed", "model", "slice", "measure", "k", "value", "low"]


def test_rows_are_written_as_objects_with_the_keys_of_the_metrics_file() -> None:
    one, mean = json.loads(to_json([ROW, MEAN]))
    assert list(one) == list(mean) == [*KEYS, "high", "n"]
    assert (one["seed"], one["value"], one["n"]) == (3, 0.5, 9)
    assert (mean["seed"], mean["slice"]) == ("mean", "language:zh-Hant")


def test_what_is_not_known_is_null_as_json_knows_no_nan() -> None:
    text = to_json([MEAN])
    assert "NaN" not in text
    assert [json.loads(text)[0][key] for key in ("value", "low", "high", "n")] == [None] * 3 + [0]
    assert json.loads(to_json([])) == []


def test_rows_are_found_by_any_of_their_fields() -> None:
    assert find([ROW, MEAN], measure="recall") == [MEAN]
    assert find([ROW, MEAN], view="en", model="ease") == [ROW, MEAN]
    assert find([ROW, MEAN], seed=3, measure="recall") == []
    assert find([ROW]) == [ROW]
