"""QR and bar codes in a picture that a camera took. Pictures come from outside, so they are held to a size first."""

from __future__ import annotations

from io import BytesIO

import zxingcpp
from PIL import Image

MOST_BYTES = 10 * 2**20
MOST_PIXELS = 32_000_000
"""More than a tablet's camera takes; looked at in the picture's head, before anything of it is unpacked."""
SIDE = 2_000
"""Pixels of the longer side that a code is looked for in; a photograph of more is made smaller as it is unpacked."""
KINDS = ("JPEG", "PNG", "WEBP")
FORMATS = "QRCode|EAN13|EAN8|Code128|Code39"


class UnreadableError(Exception):
    """This is no picture of a kind and size that is read."""


def code_in(picture: bytes) -> str:
    """What the first code in a picture says; '' where there is none. Raises UnreadableError."""
    if len(picture) > MOST_BYTES:
        raise UnreadableError
    found = zxingcpp.read_barcodes(_grey(picture), formats=zxingcpp.barcode_formats_from_str(FORMATS))
    return next((each.text for each in found if each.text.strip()), "")


def _grey(picture: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(picture), formats=KINDS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise UnreadableError
            image.draft("L", (SIDE, SIDE))
            grey = image.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise UnreadableError from None
    grey.thumbnail((SIDE, SIDE))
    return grey
