"""PDF out of our own HTML by WeasyPrint: PDF/A-3a, tagged, its fonts within, the same bytes for the same HTML (BI-6).

Importing it takes longer than a page; so it is imported by app.acts.pdf, by the first process that makes a file.
"""

from __future__ import annotations

import os
from typing import Any, NoReturn

from app.local import native

native.preload()
# Else each font within says when it was cut to the letters in use, and no two files are the same.
os.environ.setdefault("SOURCE_DATE_EPOCH", "0")

import weasyprint  # noqa: E402 - its libraries must be found before
from weasyprint.text.fonts import FontConfiguration  # noqa: E402
from weasyprint.urls import FatalURLFetchingError, URLFetcher  # noqa: E402

VARIANT = "pdf/a-3a"


class Nothing(URLFetcher):  # type: ignore[misc]
    """No document of ours refers to anything: whatever one asks for was slipped in, and ends its making."""

    def fetch(self, url: str, headers: object = None) -> NoReturn:
        raise FatalURLFetchingError(f"A document asked for {url[:80]}.")


class Printer:
    """Makes documents of one style; parsed once, it serves any number of them."""

    def __init__(self, style: str) -> None:
        self.fonts = FontConfiguration()
        self.style: Any = weasyprint.CSS(string=style, font_config=self.fonts, url_fetcher=Nothing())

    def pdf(self, html: str, identifier: bytes) -> bytes:
        """`identifier` tells a document from every other, and is the same whenever it is made."""
        document = weasyprint.HTML(string=html, url_fetcher=Nothing())
        made: bytes = document.write_pdf(
            stylesheets=[self.style],
            font_config=self.fonts,
            pdf_variant=VARIANT,
            pdf_tags=True,
            pdf_identifier=identifier,
        )
        return made
