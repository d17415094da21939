"""Icons of a business: of its logo on the logo's own ground, or of a letter (WL-1)."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from app.lib import icons
from tests.pictures import two_colours


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@pytest.mark.parametrize("name", list(icons.SIZES))
@pytest.mark.parametrize("size", [(400, 300), (1, 1200), (1200, 1), (64, 64)])
def test_a_logo_stands_whole_in_a_square(name: str, size: tuple[int, int]) -> None:
    shape = icons.SIZES[name]
    icon = opened(icons.of_logo(two_colours(*size), name))
    assert (icon.format, icon.size) == ("PNG", (shape.side, shape.side))


def test_its_own_ground_goes_on_around_it() -> None:
    logo = Image.new("RGB", (300, 100), "#00704a")
    logo.paste("white", (100, 30, 200, 70))
    icon = opened(icons.of_logo(logo, "maskable-512")).convert("RGB")
    assert {icon.getpixel(place) for place in ((0, 0), (511, 0), (256, 40), (0, 511))} == {(0, 112, 74)}
    assert icon.getpixel((256, 256)) == (255, 255, 255)


def test_a_logo_of_many_colours_stands_on_white() -> None:
    logo = Image.linear_gradient("L").convert("RGB")
    icon = opened(icons.of_logo(logo, "maskable-192")).convert("RGB")
    assert icon.getpixel((2, 2)) == (255, 255, 255)


def test_what_is_cut_to_a_circle_loses_nothing() -> None:
    """A maskable icon's own may stand within a circle of four fifths."""
    logo = Image.new("RGB", (400, 400), "black")
    logo.putpixel((0, 0), (255, 255, 255))  # so that black is no ground
    icon = opened(icons.of_logo(logo, "maskable-512")).convert("L")
    box = icon.point(lambda value: 255 if value < 128 else 0).getbbox()
    assert box is not None
    corner = max(abs(each - 256) for each in box) * 2**0.5
    assert corner <= 0.4 * 512 * 1.07


@pytest.mark.parametrize("letter", ["K", "К", "Ї", "Щ", "7", "•", "漢", "ß", "\U0001f600"])
def test_a_letter_stands_for_who_has_no_logo(letter: str) -> None:
    for name in icons.NAMES:
        assert opened(icons.of_letter(letter, "#c8102e", name)).format == "PNG"
    icon = opened(icons.of_letter(letter, "#ffc72c", "192")).convert("RGB")
    assert icon.getpixel((2, 2)) == (255, 199, 44)


def test_a_badge_is_a_shape_without_a_ground() -> None:
    badge = opened(icons.of_letter("K", "#c8102e", icons.BADGE))
    assert badge.mode == "RGBA"
    assert badge.getpixel((1, 1))[3] == 0  # type: ignore[index]
    assert badge.getchannel("A").getextrema() == (0, 255)
