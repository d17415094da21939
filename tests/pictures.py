"""Pictures of codes, as a tablet's camera takes them."""

from __future__ import annotations

from io import BytesIO

import zxingcpp
from PIL import Image


def picture_of(text: str, kind: str = "JPEG", code: str = "QRCode") -> bytes:
    made = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(code)).to_image(scale=6)
    kept = BytesIO()
    Image.fromarray(made).save(kept, kind)  # type: ignore[arg-type]
    return kept.getvalue()
