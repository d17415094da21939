"""A text as real customers would read it, before it is sent or kept (BA-1).

Looked at are those who bought last, a thousand at most, so that it is as quick for a million customers as for ten; how
many they are is told with what was found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _
from sqlalchemy import select

from app.billing.models import ChargeKind
from app.billing.queries import message_prices
from app.businesses.models import StatsScope
from app.customers.models import CustomerStats
from app.db import business_id, current_scope
from app.extensions import db
from app.lib.sms import alphabet_of, segments, units
from app.loyalty.models import Program
from app.messaging.models import Channel, Way
from app.messaging.services.spending import CHARGED
from app.messaging.texts import (
    EXAMPLES,
    MOST_SEGMENTS,
    OF_COUPON,
    Voice,
    dress,
    empty_for,
    fill,
    in_language,
    variables_in,
)
from app.messaging.values import Holding, Receiver, values_of

LOOKED_AT = 1_000
SHOWN = 3
LISTED = 5
TITLED = (Channel.PUSH, Channel.EMAIL)
"""What has a head or a subject; an SMS begins with the program's name."""


@dataclass(frozen=True)
class Draft:
    """A text as it is being written."""

    way: Way
    titles: Mapping[str, str]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Rendered:
    """What one customer would read, and what that takes."""

    receiver: Receiver
    language: str
    title: str
    text: str
    alphabet: str
    """'' where no SMS is sent."""
    segments: int
    units: int
    room: int
    """Of so many units, in the segments that are taken."""
    price: int | None
    """At most, in the smallest unit; None where nothing is charged."""
    empty: Sequence[str]

    @property
    def too_long(self) -> bool:
        return self.segments > MOST_SEGMENTS


class Preview:
    """Needs a program, whose name and signature the text gets."""

    of_selection = False
    """Whether they are the first of a selection, rather than those who bought last."""
    href = ""
    """Where it is asked for anew; the page of templates when left out."""

    def __init__(self, draft: Draft, program: Program, look: int = 0, holding: Holding | None = None) -> None:
        self.draft, self.program, self.look, self.holding = draft, program, look, holding
        self.voice = Voice.of(program)

    @cached_property
    def names(self) -> list[str]:
        """The variables of the draft, in all its languages."""
        return variables_in(*self.draft.titles.values(), *self.draft.texts.values())

    @property
    def examples_words(self) -> str:
        """That examples stand in for what only the issue of a coupon gives; '' where it names none of it."""
        return _("Code and title of the coupon are examples.") if OF_COUPON.keys() & set(self.names) else ""

    @cached_property
    def receivers(self) -> list[Receiver]:
        """Those who bought last, the last one first."""
        ids = self._ids()
        found = values_of(ids, self.program.id, self.names, self.holding)
        return [found[number] for number in ids if number in found]

    @property
    def is_everyone(self) -> bool:
        return len(self.receivers) < LOOKED_AT

    @cached_property
    def shown(self) -> list[Rendered]:
        return [self._rendered(each) for each in self.receivers[:SHOWN]]

    @property
    def current(self) -> Rendered | None:
        return self.shown[min(self.look, len(self.shown) - 1)] if self.shown else None

    @cached_property
    def without(self) -> list[tuple[Receiver, list[str]]]:
        """Who has nothing for some of the variables of its text, and for which."""
        found = ((each, self._empty(each)) for each in self.receivers)
        return [(each, names) for each, names in found if names]

    @property
    def listed(self) -> list[tuple[Receiver, list[str]]]:
        return self.without[:LISTED]

    def _empty(self, receiver: Receiver) -> list[str]:
        language, text = in_language(self.draft.texts, receiver.language)
        title = in_language(self.draft.titles, language)[1]
        return empty_for(f"{title} {text}", receiver.values)

    def _rendered(self, receiver: Receiver) -> Rendered:
        language, text = in_language(self.draft.texts, receiver.language)
        examples = {name: str(example) for name, example in EXAMPLES.items()}
        values = {**receiver.values, **examples, **self._same(language)}
        channel = self.draft.way.written_for
        body = dress(fill(text, values), self.voice, receiver.language, channel)
        title = fill(in_language(self.draft.titles, language)[1], values) if channel in TITLED else ""
        taken = len(segments(body)) if channel is Channel.SMS else 0
        alphabet = alphabet_of(body)
        room = alphabet.alone if taken == 1 else alphabet.joined * taken
        return Rendered(
            *(receiver, language, title, body, alphabet.name if taken else "", taken),
            *(units(body), room, self._price(channel, taken), self._empty(receiver)),
        )

    def _same(self, language: str) -> Mapping[str, str]:
        """What is known already of what examples stand in for, and the same for all who read a language."""
        return {}

    def _price(self, channel: Channel, taken: int) -> int | None:
        return self._prices[CHARGED[channel]] * (taken or 1) if channel in CHARGED else None

    @cached_property
    def _prices(self) -> Mapping[ChargeKind, int]:
        return message_prices()

    def _ids(self) -> list[int]:
        scope = current_scope().franchisee_id
        franchisee = StatsScope.franchisee_id == scope if scope else StatsScope.franchisee_id.is_(None)
        places = (StatsScope.program_id, StatsScope.point_of_sale_id, StatsScope.terminal_id)
        own = select(StatsScope.id).where(
            StatsScope.business_id == business_id(), franchisee, *(each.is_(None) for each in places)
        )
        bought = select(CustomerStats.customer_id).where(
            CustomerStats.business_id == business_id(), CustomerStats.scope_id == own.scalar_subquery()
        )
        newest = bought.order_by(CustomerStats.last_at.desc(), CustomerStats.customer_id.desc())
        return list(db.session.scalars(newest.limit(LOOKED_AT)))
