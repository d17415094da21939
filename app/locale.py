"""The language of a request: the person's own, else a cookie of the sign-in page, else the browser's (I18-1).

Customers are no persons of the panel: their pages say themselves which language is spoken.
"""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, g, request
from flask_babel import refresh
from flask_login import current_user
from sqlalchemy import text

from app.db import business_id
from app.extensions import babel, db
from app.identity import is_call

LANGUAGES = {"en": "English", "uk": "Українська", "ru": "Русский"}
OF_CUSTOMERS = "uk"
"""The main language of a business that has not said otherwise."""
COOKIE = "language"
CATALOGUES = Path(__file__).parent / "translations"


def init_app(app: Flask) -> None:
    compile_catalogues()
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(CATALOGUES)
    babel.init_app(app, locale_selector=choose)


def choose() -> str:
    if not request or is_call(request):  # a job or a command; whoever builds on the API reads English
        return "en"
    if spoken := g.get("spoken"):
        return str(spoken)
    if current_user and current_user.is_authenticated:
        return str(current_user.language)
    return of_browser("en")


def of_browser(otherwise: str) -> str:
    """The language that was chosen in this browser, else the one that it asks for."""
    kept = request.cookies.get(COOKIE, "")
    return kept if kept in LANGUAGES else str(request.accept_languages.best_match(list(LANGUAGES), otherwise))


def speak(language: str) -> None:
    """Has the rest of this request speak a language, its errors too."""
    g.spoken = g.language = language
    refresh()


def written_languages() -> list[str]:
    """Those in which the business of this session writes to customers, the main one first; asked once a session."""
    known: dict[int, list[str]] = db.session().info.setdefault("languages", {})
    here = business_id()
    if here not in known:
        kept = text("SELECT languages FROM business WHERE id = :business")
        known[here] = list(db.session.execute(kept, {"business": here}).scalar_one())
    return known[here]


def main_language() -> str:
    """Of customers who chose none."""
    return written_languages()[0]


def read_by(language: str) -> str:
    """The language to write to a customer in, of the one that is kept for it: an import may have brought any."""
    return language if language in LANGUAGES else main_language()


def compile_catalogues() -> None:
    """Makes the binary catalogues out of the texts in git, where they are older."""
    for source in CATALOGUES.glob("*/LC_MESSAGES/messages.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as text:
            catalogue = read_po(text)
        # Of its own name, as several processes of a new version may begin at once.
        draft = target.with_suffix(f".{uuid4().hex}.draft")
        with draft.open("wb") as file:
            write_mo(file, catalogue)
        draft.replace(target)
