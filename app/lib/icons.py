"""Square icons of a business, as phones and browsers want them: of its logo, or of a letter on its colour (WL-1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from app.lib.colours import ink_on

CONTENT_TYPE = "image/png"
ALIKE = 12
"""Of 255: corners that differ by no more are one ground, which then goes on around the logo."""


@dataclass(frozen=True)
class Shape:
    """An icon's side in pixels, and how much of it a logo or letter may take."""

    side: int
    logo: float
    letter: float


SIZES = {
    "96": Shape(96, 1, 0.62),
    "180": Shape(180, 0.84, 0.56),
    "192": Shape(192, 1, 0.62),
    "512": Shape(512, 1, 0.62),
    # Phones cut these to a circle of four fifths, or to what else they like within it.
    "maskable-192": Shape(192, 0.6, 0.44),
    "maskable-512": Shape(512, 0.6, 0.44),
}
BADGE = "badge"
"""For the line of small signs at the top of a phone, which shows its shape alone: a letter without a ground."""
NAMES = (*SIZES, BADGE)


def of_logo(logo: Image.Image, name: str) -> bytes:
    """An RGB picture in a square, whole, on the ground that its corners have, else on white."""
    shape = SIZES[name]
    icon = Image.new("RGB", (shape.side, shape.side), _ground(logo))
    longest = round(shape.side * shape.logo)
    share = longest / max(logo.size)
    size = max(1, round(logo.width * share)), max(1, round(logo.height * share))
    fitted = logo.resize(size, Image.Resampling.LANCZOS)
    icon.paste(fitted, ((shape.side - size[0]) // 2, (shape.side - size[1]) // 2))
    return _written(icon)


def of_letter(letter: str, colour: str, name: str) -> bytes:
    if name == BADGE:
        badge = Image.new("RGBA", (96, 96))
        _draw(badge, letter, "white", 0.9)
        return _written(badge)
    shape = SIZES[name]
    icon = Image.new("RGB", (shape.side, shape.side), colour)
    _draw(icon, letter, ink_on(colour), shape.letter)
    return _written(icon)


def _draw(icon: Image.Image, letter: str, ink: str, share: float) -> None:
    font = ImageFont.truetype(BytesIO(_font()), round(icon.width * share))
    font.set_variation_by_axes([32, 600])
    ImageDraw.Draw(icon).text((icon.width / 2, icon.height / 2), letter, ink, font, anchor="mm")


@cache
def _font() -> bytes:
    """Inter, as our pages have it."""
    return (files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf").read_bytes()


def _ground(logo: Image.Image) -> tuple[int, int, int]:
    right, bottom = logo.width - 1, logo.height - 1
    corners = [_pixel(logo, x, y) for x, y in ((0, 0), (right, 0), (0, bottom), (right, bottom))]
    channels = list(zip(*corners, strict=True))
    if any(max(each) - min(each) > ALIKE for each in channels):
        return 255, 255, 255
    red, green, blue = (sum(each) // len(each) for each in channels)
    return red, green, blue


def _pixel(logo: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = logo.getpixel((x, y))
    assert isinstance(found, tuple)  # noqa: S101 - of an RGB picture
    return found


def _written(icon: Image.Image) -> bytes:
    file = BytesIO()
    icon.save(file, "PNG", optimize=True)
    return file.getvalue()
