"""Pictures that people hand in: what is taken is drawn anew, what is none is refused before it costs anything."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms, ImageFile

from app.lib.images import MOST_BYTES, Fault, PictureError, read
from tests.pictures import saved, two_colours

ORIENTATION, GPS = 0x0112, 0x8825


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "MPO"])
def test_draws_it_anew_as_webp(kind: str) -> None:
    drawn = read(BytesIO(saved(two_colours(640, 480), kind)))
    kept = Image.open(BytesIO(drawn.content))
    assert (
        (kept.format, kept.mode, kept.size)
        == ("WEBP", "RGB", (drawn.width, drawn.height))
        == ("WEBP", "RGB", (640, 480))
    )
    small = Image.open(BytesIO(drawn.small))
    assert small.size == (400, 300)
    assert _is_red(kept.getpixel((10, 10)))
    assert _is_blue(kept.getpixel((600, 470)))


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((6000, 4000), (1200, 800)), ((300, 5000), (72, 1200)), ((90, 60), (90, 60)), ((3000, 1), (1200, 1))],
)
def test_makes_it_smaller_never_larger(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    drawn = read(BytesIO(saved(two_colours(*size), "PNG")))
    assert (drawn.width, drawn.height) == wanted


def test_the_same_picture_is_drawn_the_same() -> None:
    first, second = (read(BytesIO(saved(two_colours(500, 300), "PNG"))) for _time in range(2))
    assert first.sha256 == second.sha256


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_reads_every_mode_of_png(mode: str) -> None:
    image = Image.new("I;16", (50, 50), 40_000) if mode == "I;16" else Image.linear_gradient("L").convert(mode)
    drawn = Image.open(BytesIO(read(BytesIO(saved(image, "PNG"))).content))
    grey = drawn.getpixel((25, 40))
    assert isinstance(grey, tuple)
    assert max(grey) - min(grey) < 4
    if mode == "I;16":
        assert 150 < grey[0] < 162


def test_what_is_transparent_lies_on_white() -> None:
    drawn = Image.open(BytesIO(read(BytesIO(saved(Image.new("RGBA", (50, 50), (0, 0, 0, 0)), "PNG"))).content))
    assert drawn.getpixel((20, 20)) == (255, 255, 255)


def test_reads_the_colours_of_printers() -> None:
    drawn = Image.open(BytesIO(read(BytesIO(saved(two_colours(640, 480).convert("CMYK"), "JPEG"))).content))
    assert _is_red(drawn.getpixel((10, 10)))


@pytest.mark.parametrize("size", [(640, 480), (4000, 3000)])
def test_turns_it_upright_and_forgets_where_it_was_taken(size: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # lay on its side: to be turned a quarter to the right
    exif.get_ifd(GPS)[2] = (50.0, 27.0, 0.0)
    drawn = read(BytesIO(saved(two_colours(*size), "JPEG", exif=exif, comment=b"from Podil")))
    kept = Image.open(BytesIO(drawn.content))
    assert kept.height > kept.width
    assert _is_red(kept.getpixel((kept.width - 5, 5)))
    assert not kept.getexif()
    assert not {"exif", "xmp", "comment", "icc_profile"} & kept.info.keys()
    assert b"Podil" not in drawn.content


def test_colours_of_a_profile_are_made_those_of_screens() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    drawn = read(BytesIO(saved(two_colours(64, 64), "PNG", icc_profile=lab.tobytes())))
    assert _is_red(Image.open(BytesIO(drawn.content)).getpixel((3, 3)))
    broken = read(BytesIO(saved(two_colours(64, 64), "PNG", icc_profile=b"no profile")))
    assert _is_red(Image.open(BytesIO(broken.content)).getpixel((3, 3)))


def _moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def _png_head(width: int, height: int) -> bytes:
    """A PNG that says how large it is, and ends there."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = struct.pack(">I", 1_000) + b"IDAT"
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head)) + pixels


def _jpeg_of(width: int, height: int) -> bytes:
    """A JPEG whose head says that it is larger than it is."""
    whole = saved(two_colours(64, 64), "JPEG")
    place = whole.index(b"\xff\xc0") + 5
    return whole[:place] + struct.pack(">HH", height, width) + whole[place + 4 :]


BAD = {
    "empty": (b"", Fault.UNKNOWN),
    "text": (b"not a picture", Fault.UNKNOWN),
    "page": (b"<!doctype html><script>alert(1)</script>", Fault.UNKNOWN),
    "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', Fault.UNKNOWN),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", Fault.UNKNOWN),
    "program": (b"MZ\x90\x00" + bytes(500), Fault.UNKNOWN),
    "archive": (b"PK\x03\x04" + bytes(500), Fault.UNKNOWN),
    "gif": (saved(two_colours(20, 20), "GIF"), Fault.UNKNOWN),
    "bmp": (saved(two_colours(20, 20), "BMP"), Fault.UNKNOWN),
    "tiff": (saved(two_colours(20, 20), "TIFF"), Fault.UNKNOWN),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", Fault.UNKNOWN),
    "signature of a png": (b"\x89PNG\r\n\x1a\n", Fault.UNKNOWN),
    "signature of a jpeg": (b"\xff\xd8\xff", Fault.UNKNOWN),
    "half a jpeg": (saved(two_colours(640, 480), "JPEG")[:2_000], Fault.DAMAGED),
    "half a png": (saved(Image.effect_noise((200, 200), 90), "PNG")[:9_000], Fault.DAMAGED),
    "half a webp": (saved(Image.effect_noise((200, 200), 90), "WEBP")[:900], Fault.UNKNOWN),
    "a png without pixels": (_png_head(20, 20), Fault.DAMAGED),
    "a bomb": (_png_head(20_000, 20_000), Fault.TOO_MANY_PIXELS),
    "a small bomb": (_png_head(6_000, 6_000), Fault.TOO_MANY_PIXELS),
    "a bomb of a jpeg": (_jpeg_of(60_000, 60_000), Fault.TOO_MANY_PIXELS),
    "a moving png": (_moving("PNG"), Fault.MOVING),
    "a moving webp": (_moving("WEBP"), Fault.MOVING),
    "too large": (saved(two_colours(20, 20), "PNG") + bytes(MOST_BYTES), Fault.TOO_LARGE),
}


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("name", BAD)
def test_refuses_what_is_no_picture_to_show(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where WeasyPrint was loaded, which lets pillow make up what is missing."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    content, fault = BAD[name]
    with pytest.raises(PictureError) as refused:
        read(BytesIO(content))
    assert refused.value.fault is fault


def test_what_hides_behind_a_picture_is_gone() -> None:
    drawn = read(BytesIO(saved(two_colours(64, 64), "PNG") + b"<script>alert(1)</script>"))
    assert b"script" not in drawn.content + drawn.small


def _is_red(pixel: object) -> bool:
    return isinstance(pixel, tuple) and pixel[0] > 200 and max(pixel[1:]) < 60


def _is_blue(pixel: object) -> bool:
    return isinstance(pixel, tuple) and pixel[2] > 200 and max(pixel[:2]) < 60
