"""Pictures that tests hand in: of codes, as a tablet's camera takes them, and plain ones."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import zxingcpp
from PIL import Image


def picture_of(text: str, kind: str = "JPEG", code: str = "QRCode") -> bytes:
    made = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(code)).to_image(scale=6)
    kept = BytesIO()
    Image.fromarray(made).save(kept, kind)  # type: ignore[arg-type]
    return kept.getvalue()


def two_colours(width: int, height: int) -> Image.Image:
    """Red, with a blue lower half."""
    image = Image.new("RGB", (width, height), (230, 20, 20))
    image.paste((20, 20, 230), (0, height // 2, width, height))
    return image


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    kept = BytesIO()
    image.save(kept, kind, **options)
    return kept.getvalue()
