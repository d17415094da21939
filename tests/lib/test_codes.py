"""Codes in pictures of a camera, and pictures that are none (TE-1)."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from app.lib import codes
from app.lib.codes import UnreadableError, code_in
from tests.pictures import picture_of


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("text", ["+380671112233", "77001122", "Соломія", "https://example.com/my/kavalier"])
def test_reads_what_a_code_says(kind: str, text: str) -> None:
    assert code_in(picture_of(text, kind)) == text


def test_reads_a_bar_code_of_a_card() -> None:
    assert code_in(picture_of("4006381333931", "PNG", "EAN13")) == "4006381333931"


@pytest.mark.parametrize("turned", [0, 12, 90, 180, 270])
def test_reads_it_however_the_tablet_was_held(turned: int) -> None:
    """In a photograph of 12 megapixels, small and grey."""
    code = Image.open(BytesIO(picture_of("+380671112233", "PNG"))).convert("RGB").resize((900, 900))
    photograph = Image.new("RGB", (4_000, 3_000), (150, 140, 130))
    photograph.paste(code.rotate(turned, expand=True, fillcolor=(255, 255, 255)), (1_500, 900))
    kept = BytesIO()
    photograph.save(kept, "JPEG", quality=80)
    assert code_in(kept.getvalue()) == "+380671112233"


def test_finds_nothing_where_nothing_is() -> None:
    kept = BytesIO()
    Image.new("RGB", (800, 600), "white").save(kept, "JPEG")
    assert code_in(kept.getvalue()) == ""


@pytest.mark.parametrize("picture", [b"", b"no picture", b"%PDF-1.7", b"<svg/>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
def test_refuses_what_is_no_picture(picture: bytes) -> None:
    with pytest.raises(UnreadableError):
        code_in(picture)


def test_refuses_other_kinds() -> None:
    kept = BytesIO()
    Image.new("L", (50, 50)).save(kept, "GIF")
    with pytest.raises(UnreadableError):
        code_in(kept.getvalue())


@pytest.mark.parametrize(("width", "height"), [(60_000, 60_000), (2**31 - 1, 1), (8_000, 8_000), (0, 10)])
def test_refuses_a_bomb_by_its_head(width: int, height: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of it is unpacked."""
    monkeypatch.setattr(Image.Image, "convert", lambda *_args: pytest.fail("It was unpacked."))
    with pytest.raises(UnreadableError):
        code_in(png(width, height))


def test_refuses_what_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "MOST_BYTES", 100)
    with pytest.raises(UnreadableError):
        code_in(picture_of("+380671112233", "PNG"))


def test_any_broken_picture_is_refused_or_read() -> None:
    """Cut off, or with bytes changed: never anything but a code, none, or a refusal."""
    chance = random.Random(5)
    for kind in ("JPEG", "PNG", "WEBP"):
        whole = picture_of("+380671112233", kind)
        for _ in range(150):
            broken = bytearray(whole[: chance.randrange(len(whole))] if chance.random() < 0.3 else whole)
            for _change in range(chance.randrange(1, 8)):
                if broken:
                    broken[chance.randrange(len(broken))] = chance.randrange(256)
            try:
                code_in(bytes(broken))
            except UnreadableError:
                continue


def png(width: int, height: int) -> bytes:
    """A picture that says how large it is, and has nothing of it."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1_000)) + chunk(b"IEND", b"")
