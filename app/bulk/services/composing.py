"""Messages of an action to thousands, composed in two statements: by the preview and by each chunk alike (BA-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from sqlalchemy import text

from app.bulk.telling import Wording
from app.db import business_id
from app.extensions import db
from app.lib.arrays import as_array
from app.lib.sms import segment_count
from app.messaging.models import Channel, Way
from app.messaging.services.reaching import UNREACHED, Route, route_of
from app.messaging.texts import Voice, clean, dress, fill, in_language, opening_letters, variables_in
from app.messaging.values import Receiver, values_of

PAID = frozenset({Route.SMS, Route.PUSH_OR_SMS, Route.VIBER})
"""What may cost something."""
Late = Mapping[int, Mapping[str, str]]
"""Customer → values of variables that only the action knows."""


class Composed(NamedTuple):
    """What one customer reads, and how that gets there."""

    customer_id: int
    name: str
    route: str
    """A Route, or a Reason why nothing is written."""
    language: str = ""
    title: str = ""
    text: str = ""
    units: int = 0
    """How many SMS, or one Viber, it takes at most; 0 of what costs nothing."""
    lacks: Sequence[str] = ()
    """The variables that are empty in it."""

    @property
    def reached(self) -> bool:
        return self.route not in UNREACHED


def compose(
    wording: Wording, customers: Sequence[int], *, late: Late | None = None, ahead: bool = False
) -> list[Composed]:
    """What each of them gets, in their order; `ahead`, before the action has moved what it moves."""
    routes = _routes(wording, customers)
    holding = wording.holding if ahead or wording.holding is None else replace(wording.holding, coming=0)
    names = variables_in(*wording.titles.values(), *wording.texts.values())
    receivers = values_of(customers, wording.program.id, names, holding)
    writer = Writer(wording)
    return [
        writer.to(receivers[each], routes[each], (late or {}).get(each, {}))
        for each in customers
        if each in receivers and each in routes
    ]


def _routes(wording: Wording, customers: Sequence[int]) -> dict[int, str]:
    statement = text(
        f"SELECT c.id, {route_of(wording.way, wording.program)} AS route"
        " FROM unnest(CAST(:customers AS bigint[])) a (customer_id)"
        " JOIN customer c ON c.business_id = :business AND c.id = a.customer_id"
        " LEFT JOIN enrolment n ON n.business_id = :business AND n.program_id = :program AND n.customer_id = c.id"
    )
    values = {"business": business_id(), "program": wording.program.id, "customers": as_array(customers)}
    return {row.id: row.route for row in db.session.execute(statement, values)}


class Writer:
    """A text in the languages of those who read it; which one that is is looked up once for each language."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self.voice = Voice.of(wording.program)
        self.channel = wording.way.written_for
        self.said, self.same = cache(self._said), cache(wording.same)

    def to(self, receiver: Receiver, route: str, late: Mapping[str, str]) -> Composed:
        if route in UNREACHED:
            return Composed(receiver.id, receiver.name, route)
        language, title, body, names = self.said(receiver.language)
        values = {**receiver.values, **late, **self.same(language)}
        whole = dress(fill(body, values), self.voice, receiver.language, self.channel)
        lacks = [name for name in names if name in values and not clean(values[name])]
        return Composed(
            *(receiver.id, receiver.name, route, language, fill(title, values), whole),
            *(self._units(whole) if route in PAID else 0, lacks),
        )

    def openings(self, spoken: str, late: Mapping[str, str]) -> dict[str, str]:
        """Variable → the letters with which its value might let the text begin as the program's name does."""
        if self.channel is not Channel.SMS:
            return {}
        language, _title, body, _names = self.said(spoken)
        same = {"program": self.voice.name(spoken), **late, **self.same(language)}
        return opening_letters(body, same, self.voice.name(spoken))

    def _said(self, spoken: str) -> tuple[str, str, str, list[str]]:
        """Language, title, text, their variables; what has a head and was given none has the program's name there."""
        language, body = in_language(self.wording.texts, spoken)
        title = in_language(self.wording.titles, language)[1]
        headed = self.wording.way in (Way.PUSH, Way.EMAIL)
        named = (title or self.voice.name(spoken)) if headed else ""
        return language, named, body, variables_in(named, body)

    def _units(self, whole: str) -> int:
        return segment_count(whole) if self.channel is Channel.SMS else 1
