"""QR codes on customers' pages."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr_code(words: str) -> Markup:
    """Black on white in either theme, as scanners want it."""
    drawn = segno.make(words, micro=False, error="m")
    return Markup(drawn.svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True))  # noqa: S704 - drawn by us
