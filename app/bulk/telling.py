"""How an action tells customers of what it does: the channel, the text in their languages, what its variables mean.

Any action takes it by a `Telling` in its row and, where people write the text, the fields of app/bulk/text_form.py.
The preview counts what the messages come to; each chunk writes its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import force_locale

from app.businesses.queries import own_business
from app.locale import LANGUAGES
from app.loyalty.models import Notify, Program
from app.messaging.models import Way
from app.messaging.values import Holding

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Telling:
    """`program` is whose name, settings and variables the text has."""

    program: Callable[[Values], Program]
    blank: Callable[[Values, str], str] | None = None
    """What a blank text says in a language, which is in force; with variables. None where a text is obligatory."""
    holding: Callable[[Values], Holding] | None = None
    """What is moved of each, so that the preview tells what will be there."""
    known: Mapping[str, object] | None = None
    """Variables besides those of every customer, and how people call them; a step says their values in its claim."""
    same: Callable[[Values, str], Mapping[str, str]] | None = None
    """The values of those of them that are the same for all who read a language."""


def _nothing(_language: str) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True)
class Wording:
    """What a batch tells, in full."""

    way: Way
    program: Program
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    ends_at: datetime | None = None
    holding: Holding | None = None
    same: Callable[[str], Mapping[str, str]] = _nothing
    """Language → values of variables that are the same for all who read it."""


def wording_of(telling: Telling, values: Values) -> Wording | None:
    """What these values of a form tell; None where the program says that nobody is told."""
    program = telling.program(values)
    way = way_of(program, values)
    if way is None:
        return None
    texts = {code: text for code, text in (values.get("texts") or {}).items() if text}
    if not texts and telling.blank is not None:
        texts = _blank(telling.blank, values)
    holding = telling.holding(values) if telling.holding else None
    same = partial(telling.same, values) if telling.same else _nothing
    return Wording(way, program, values.get("titles") or {}, texts, _ends_at(values.get("ends")), holding, same)


def way_of(program: Program, values: Values) -> Way | None:
    """The one that was chosen, else that of the program's notices of transactions (LP-3)."""
    if chosen := values.get("channel"):
        return Way(chosen)
    return None if program.notifications == Notify.NONE else Way(program.notifications)


def _blank(blank: Callable[[Values, str], str], values: Values) -> dict[str, str]:
    texts = {}
    for language in LANGUAGES:
        with force_locale(language):
            texts[language] = blank(values, language)
    return texts


def _ends_at(day: str | None) -> datetime | None:
    """The end of that day where the business is."""
    zone = ZoneInfo(own_business().time_zone)
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), zone) if day else None
