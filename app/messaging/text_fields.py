"""What may stand in a text: for every form that has one written (BA-1)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flask_babel import gettext as _
from wtforms import ValidationError

from app.locale import LANGUAGES
from app.messaging.models import Channel, Way
from app.messaging.preview import TITLED, Draft
from app.messaging.texts import refusal, unknown_variables

LONGEST_TITLE, LONGEST_TEXT = 100, 5_000
MOST = {Channel.PUSH: 1_000, Channel.VIBER: 1_000, Channel.EMAIL: LONGEST_TEXT}
"""Characters that a channel takes; an SMS is held to its segments."""
Texts = Mapping[str, str]


def check_texts(way: Way, texts: Texts, known: Collection[str]) -> None:
    """Raises ValidationError that names the language of each fault."""
    channel = way.written_for
    if channel is Channel.SMS:
        _refuse({language: refusal(text, known) for language, text in texts.items()})
    else:
        _refuse({code: _fault(text, known) or _excess(text, MOST[channel]) for code, text in texts.items()})


def check_titles(way: Way, titles: Texts, texts: Texts, known: Collection[str]) -> None:
    """Of what has a title. Raises ValidationError."""
    if way.written_for not in TITLED:
        return
    _refuse({language: _fault(title, known) for language, title in titles.items()})
    if way is Way.EMAIL and (missing := [code for code in texts if code not in titles]):
        names = ", ".join(LANGUAGES[code] for code in missing)
        raise ValidationError(_("An e-mail needs a title; it is missing in: %(languages)s.", languages=names))


def draft_of(way: Way, titles: Texts | None, texts: Texts | None) -> Draft:
    """No longer than it may be: what cannot be kept is not tried on a thousand customers."""
    return Draft(way, _cut(titles or {}, LONGEST_TITLE), _cut(texts or {}, LONGEST_TEXT))


def _cut(texts: Texts, longest: int) -> dict[str, str]:
    return {language: text[:longest] for language, text in texts.items()}


def _fault(text: str, known: Collection[str]) -> str:
    unknown = unknown_variables(text, known)
    named = ", ".join(f"{{{name}}}" for name in unknown)
    return _("There is no such variable: %(names)s.", names=named) if unknown else ""


def _excess(text: str, most: int) -> str:
    too_many = _("This is %(number)d characters; at most %(most)d are sent.", number=len(text), most=most)
    return too_many if len(text) > most else ""


def _refuse(faults: Texts) -> None:
    found = [f"{LANGUAGES[language]}: {fault}" for language, fault in faults.items() if fault]
    if found:
        raise ValidationError(" ".join(found))
