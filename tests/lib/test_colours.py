"""A business's colour: read in any spelling, and shades of it that can be read in both themes (WL-1)."""

from __future__ import annotations

import re
from dataclasses import asdict
from random import Random

import pytest

from app.lib.colours import DARK, LIGHT, PLAIN, Ground, contrast, ink_on, plain, scene, shades, style_sheet
from app.local.paths import PROJECT

TOKENS = (PROJECT / "static" / "css" / "base" / "tokens.css").read_text(encoding="utf-8")
DRAWN = Random(61)
SOME = [f"#{DRAWN.randrange(2**24):06x}" for _each in range(60)]
EDGES = ["#000000", "#ffffff", "#ffff00", "#00ff00", "#0000ff", "#ff0000", "#808080", "#fefefe", "#010101", PLAIN]
BOTH = pytest.mark.parametrize("ground", [LIGHT, DARK], ids=["light", "dark"])


@pytest.mark.parametrize("typed", ["#1a2b3c", "1A2B3C", " #1A2b3c "])
def test_a_colour_is_read_however_it_is_written(typed: str) -> None:
    assert plain(typed) == "#1a2b3c"
    assert plain("#AbC") == "#aabbcc"


@pytest.mark.parametrize("typed", ["", "#", "red", "#12345", "#1234567", "#12345g", "##123456", "#１２３４５６"])
def test_what_is_no_colour_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(typed)}$"):
        plain(typed)


@BOTH
@pytest.mark.parametrize("colour", [*SOME, *EDGES])
def test_words_can_be_read_whatever_the_colour(colour: str, ground: Ground) -> None:
    """WL-1: 4.5 to 1 on all that they stand on, be it white on white that was chosen."""
    its = scene(colour, ground)
    for paper in (its["canvas"], its["surface"], its["accent_soft"]):
        assert contrast(its["accent"], paper) >= 4.5, paper
        assert contrast(its["ink"], paper) >= 4.5
        assert contrast(its["quiet"], paper) >= 4.5
    for fill in (its["accent_fill"], its["accent_fill_hover"]):
        assert contrast(its["on_accent"], fill) >= 4.5
    assert contrast(its["accent_fill"], its["surface"]) >= 1.3


@pytest.mark.parametrize("colour", ["#c8102e", "#00704a", PLAIN, "#ffc72c"])
def test_a_colour_that_serves_is_worn_as_it_is(colour: str) -> None:
    assert shades(colour, LIGHT)["accent-fill"] == colour


def test_white_or_black_stands_on_it() -> None:
    assert (ink_on("#c8102e"), ink_on("#ffc72c")) == ("#ffffff", "#000000")


def test_grounds_are_those_of_our_pages() -> None:
    """Else the shades would be made for other pages."""
    tokens = {
        "canvas": "canvas",
        "surface": "surface",
        "hardest": "hover",
        "line": "line",
        "ink": "ink",
        "quiet": "ink-3",
    }
    for place, ground in enumerate((LIGHT, DARK)):
        for name, token in tokens.items():
            said = re.search(rf"--{token}: light-dark\(oklch\(([^)]*)\), oklch\(([^)]*)\)\)", TOKENS)
            assert said, token
            assert tuple(map(float, said[place + 1].split())) == asdict(ground)[name], token


def test_every_token_is_one_of_our_pages() -> None:
    sheet = style_sheet("#c8102e")
    names = re.findall(r"--([a-z-]+):light-dark", sheet)
    assert len(names) >= 8
    assert all(f"  --{name}: " in TOKENS or f"--{name}: " in TOKENS for name in names)
    assert "accent-fill:light-dark(#c8102e," in sheet
