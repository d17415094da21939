"""A business's own colour, and the shades of it that can be read on every ground of our pages, light and dark (WL-1).

WCAG asks 4.5 to 1 of text. A button wears the colour itself, with white or black on it, whichever can be read; words
in the colour wear the nearest shade that can be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from coloraide import Color

PLAIN = "#2657d0"
"""The accent of our own pages."""
WHITE, BLACK = "#ffffff", "#000000"
READABLE = 4.6
"""Contrast of text, with a little to spare."""
SEEN = 1.35
"""What a button's ground differs from the page's by, at least: its words are what tells it apart."""
STEP = 0.01
Oklch = tuple[float, float, float]


@dataclass(frozen=True)
class Ground:
    """What pages of a theme are painted on; as tokens.css has it."""

    canvas: Oklch
    surface: Oklch
    hardest: Oklch
    """On which text in a colour is read worst."""
    line: Oklch
    ink: Oklch
    quiet: Oklch
    away: float
    """The way from the ground to the ink."""
    soft: tuple[float, float]
    """Lightness of a tinted ground, and its chroma at most; so with the others."""
    edge: tuple[float, float]
    bar: tuple[float, float]


LIGHT = Ground(
    canvas=(0.967, 0.003, 80),
    surface=(1, 0, 0),
    hardest=(0.945, 0.005, 80),
    line=(0.915, 0.004, 80),
    ink=(0.23, 0.015, 268),
    quiet=(0.52, 0.012, 268),
    away=-STEP,
    soft=(0.962, 0.018),
    edge=(0.84, 0.07),
    bar=(0.74, 0.1),
)
DARK = Ground(
    canvas=(0.165, 0.006, 268),
    surface=(0.205, 0.008, 268),
    hardest=(0.255, 0.01, 268),
    line=(0.285, 0.01, 268),
    ink=(0.95, 0.004, 268),
    quiet=(0.68, 0.012, 268),
    away=STEP,
    soft=(0.275, 0.05),
    edge=(0.4, 0.09),
    bar=(0.46, 0.1),
)


def plain(colour: str) -> str:
    """A colour as it is kept, of what people type: #1a2b3c, #ABC, 1A2B3C. Raises ValueError."""
    digits = colour.strip().removeprefix("#").lower()
    if not re.fullmatch("[0-9a-f]{3}|[0-9a-f]{6}", digits):
        raise ValueError(colour)
    return f"#{digits}" if len(digits) == 6 else "#" + "".join(each * 2 for each in digits)


@lru_cache(maxsize=500)
def shades(colour: str, ground: Ground) -> dict[str, str]:
    """Token → what it is in a theme, of a colour such as #1a2b3c."""
    _lightness, chroma, hue = Color(colour).convert("oklch").coords(nans=False)

    def tinted(of: tuple[float, float]) -> str:
        return _drawn((of[0], min(of[1], chroma), hue))

    soft = tinted(ground.soft)
    fill = _moved(colour, [_drawn(ground.surface)], SEEN, ground.away)
    over = ink_on(fill)
    accent = _moved(colour, [_drawn(ground.hardest), soft], READABLE, ground.away)
    return {
        "accent": accent,
        "accent-fill": fill,
        "accent-fill-hover": _drawn(_lighter(fill, -0.05 if over == WHITE else 0.05)),
        "accent-soft": soft,
        "accent-line": tinted(ground.edge),
        "on-accent": over,
        "on-inverse-accent": tinted((0.83, 0.085)),
        "bar": tinted(ground.bar),
        "bar-last": accent,
    }


def style_sheet(colour: str) -> str:
    """Puts a business's colour in place of ours, whatever theme the page is in."""
    light, dark = shades(colour, LIGHT), shades(colour, DARK)
    tokens = ";".join(f"--{name}:light-dark({light[name]},{dark[name]})" for name in light)
    return f":root{{{tokens}}}::selection{{background:var(--accent-line)}}"


def scene(colour: str, ground: Ground) -> dict[str, str]:
    """The shades, and the grounds that they stand on: for a picture of a page."""
    grounds = ("canvas", "surface", "line", "ink", "quiet")
    return {name: _drawn(getattr(ground, name)) for name in grounds} | {
        name.replace("-", "_"): shade for name, shade in shades(colour, ground).items()
    }


def contrast(one: str, other: str) -> float:
    return float(Color(one).contrast(other, method="wcag21"))


def ink_on(colour: str) -> str:
    """White or black, whichever can be read on a colour."""
    return WHITE if contrast(colour, WHITE) >= 4.5 else BLACK


def _moved(colour: str, grounds: Sequence[str], wanted: float, away: float) -> str:
    """The colour itself, or the nearest lighter or darker shade that stands out enough."""
    steps = 0
    found = colour
    while min(contrast(found, each) for each in grounds) < wanted and steps * STEP < 1:
        steps += 1
        found = _drawn(_lighter(colour, steps * away))
    return found


def _lighter(colour: str, by: float) -> Oklch:
    lightness, chroma, hue = Color(colour).convert("oklch").coords(nans=False)
    return min(max(lightness + by, 0), 1), chroma, hue


@lru_cache(maxsize=5_000)
def _drawn(oklch: Oklch) -> str:
    """As screens show it: of what they cannot show, the most colourful of that lightness."""
    fitted = Color("oklch", list(oklch)).fit("srgb", method="oklch-chroma")
    return fitted.convert("srgb").to_string(hex=True)
