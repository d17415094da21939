"""Documents as PDF, and which characters they can show."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

from app.local import native

STYLE = Path(__file__).parent.parent.parent / "static" / "css" / "documents" / "act.css"


def pdf(html: str, identifier: str) -> bytes:
    """`identifier` names the document for ever, such as its number."""
    made: bytes = _printer().pdf(html, identifier.encode())
    return made


def unprintable(text: str) -> list[str]:
    """The characters that no font of ours has: nothing would stand in their place."""
    return sorted({each for each in text if ord(each) not in _characters()})


def printable(text: str) -> str:
    """With a question mark for each of them: what was written elsewhere, such as a reference of billing."""
    return "".join(each if ord(each) in _characters() else "?" for each in text)


@cache
def _printer() -> Any:
    return import_module("app.acts.printing").Printer(STYLE.read_text(encoding="utf-8"))


@cache
def _characters() -> frozenset[int]:
    files = [path for folder in native.font_folders() for path in sorted(folder.glob("*"))]
    regular = [
        path for path in files if path.suffix == ".ttf" and "Italic" not in path.name and "Bold" not in path.name
    ]
    return frozenset(code for path in regular for code in TTFont(path, lazy=True).getBestCmap())
