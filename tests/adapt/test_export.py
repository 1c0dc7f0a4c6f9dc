from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from polyrec.adapt.export import complete, draw_curve, join_head
from polyrec.core.errors import ConfigError
from polyrec.encode.adapted import check_verdict, read_facts, write_facts
from polyrec.encode.sentence import Sentence

if TYPE_CHECKING:
    from pathlib import Path

CURVE = [[0, None, 0.2], [1, 1.5, 0.3], [2, 1.2, 0.25]]


def aligned(folder: Path) -> Path:
    folder.mkdir()
    for tag, small in {"eng": "the of and", "deu": "der die und", "fra": "le la et"}.items():
        lines = [f"{small} {chr(97 + i % 26) * 3}{chr(97 + i // 26) * 4}" for i in range(80)]
        (folder / f"{tag}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def test_a_folder_is_completed_with_health_curves_and_card(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers", reason="needs the extra torch")
    from polyrec.testing.torch_models import tiny_mbert

    base, adapted = (tiny_mbert(tmp_path / name) for name in ("base", "adapted"))
    write_facts(adapted, {"base": str(base), "curve": CURVE, "data": {"name": "made"}})
    verdict = complete(adapted, final=tmp_path / "final", on=[aligned(tmp_path / "t")])
    assert verdict.passed, verdict.reasons
    check_verdict(adapted, "encoder 'sentence'")
    assert read_facts(adapted)["health"]["passed"] is True  # type: ignore[index]
    text = (adapted / "README.md").read_text()
    assert text.startswith("---\n")
    assert 'model = "final"' in text
    assert "The check of its health: passed." in text
    assert Sentence(str(adapted)).encode(["a"]).shape == (1, 32)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_curve_is_drawn_for_both_kinds_of_pages(tmp_path: Path, theme: str) -> None:
    draw_curve(tmp_path, {"base": "e5-small", "curve": CURVE})
    with Image.open(tmp_path / f"curves-{theme}.png") as image:
        assert image.width > 400


def test_without_a_curve_nothing_is_drawn(tmp_path: Path) -> None:
    draw_curve(tmp_path, {"base": "e5-small"})
    assert not list(tmp_path.iterdir())


def test_a_folder_that_nobody_adapted_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        complete(tmp_path)
    assert str(caught.value) == f"{tmp_path} is no adapted model; polyrec adapt makes one"


def test_a_base_that_nothing_beat_is_drawn_too(tmp_path: Path) -> None:
    draw_curve(tmp_path, {"base": "e5-small", "curve": [[0, None, 0.4], [1, 1.5, 0.3]]})
    assert (tmp_path / "curves-dark.png").is_file()


def test_a_head_on_another_base_becomes_part_of_its_model(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers", reason="needs the extra torch")
    from sentence_transformers import SentenceTransformer

    from polyrec.testing.torch_models import tiny_mbert

    base = tiny_mbert(tmp_path / "base")
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(32, 32)).astype(np.float32)
    bias = rng.normal(size=32).astype(np.float32)
    folder = tmp_path / "adapted"
    folder.mkdir()
    save_file({"weight": weight, "bias": bias}, folder / "head.safetensors")
    join_head(folder, base)
    assert not (folder / "head.safetensors").exists()
    texts = ["a course", "ein Kurs"]
    pooled = SentenceTransformer(str(base), device="cpu").encode(texts, show_progress_bar=False)
    expected = pooled @ weight.T + bias
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.allclose(Sentence(str(folder)).encode(texts), expected, atol=1e-5)
