"""The language of a request: the person's own, else a cookie of the sign-in page, else the browser's (I18-1)."""

from __future__ import annotations

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, request
from flask_login import current_user

from app.extensions import babel

LANGUAGES = {"en": "English", "uk": "Українська", "ru": "Русский"}
OF_CUSTOMERS = "uk"
"""Of customers who chose none."""
COOKIE = "language"
CATALOGUES = Path(__file__).parent / "translations"


def init_app(app: Flask) -> None:
    compile_catalogues()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(CATALOGUES)
    babel.init_app(app, locale_selector=choose)


def choose() -> str:
    if not request:  # a job or a command
        return "en"
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    kept = request.cookies.get(COOKIE, "")
    return kept if kept in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES), "en")


def compile_catalogues() -> None:
    """Makes the binary catalogues out of the texts in git, where they are older."""
    for source in CATALOGUES.glob("*/LC_MESSAGES/messages.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as text:
            catalogue = read_po(text)
        draft = target.with_suffix(".draft")
        with draft.open("wb") as file:
            write_mo(file, catalogue)
        draft.replace(target)
