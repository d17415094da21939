"""What an action is. One file in app/bulk/actions says all of it: form, doubts, step, undoing; it is hung in here.

A doubt is why a customer is passed over, in SQL, and asked by the preview and by the run alike: so both agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from flask_wtf import FlaskForm

from app.bulk.models import Batch
from app.bulk.sensitive import Question, reaches_several
from app.bulk.telling import Telling, Wording, wording_of
from app.forms import field_words
from app.permissions import Permission

Values = Mapping[str, Any]
ERASED = "erased"
"""Stands among the values of an action once what was typed in it has gone with its only customer (CP-8)."""


@dataclass(frozen=True)
class Doubts:
    """Why customers are skipped: conditions with their reasons, the first that holds counts.

    In SQL `c` is the customer, `i` its item in a run and `d` the item that an undoing takes back; `joins` bring more
    rows in, at most one for each customer.
    """

    arms: Sequence[tuple[str, str]] = ()
    joins: str = ""
    amount: str = "CAST(NULL AS bigint)"
    """What is foreseen for each, where customers differ in it."""
    values: Values = field(default_factory=dict)
    of_customers: bool = True
    """Whether all of them are customers already, so that who is none any more is passed over."""


@dataclass(frozen=True)
class Claim:
    """Customers that a chunk does, held, in the order of their ids; nothing stands against any of them."""

    batch: Batch
    customers: Sequence[int]
    at: datetime
    late: dict[int, dict[str, str]] = field(default_factory=dict)
    """Customer → values of variables that only its step knows, such as the code of a coupon, for the message."""


class Work(Protocol):
    """One direction of an action: doing it, or taking it back."""

    def doubts(self, batch: Batch) -> Doubts: ...

    def step(self, claim: Claim) -> int:
        """Does it to all of them in a few statements; answers with the sum of what it did, 0 where nothing adds up."""


class Stock(Protocol):
    """What an action hands out of, where there is only so much of it: one for each customer (BA-9)."""

    def reserve(self, values: Values, number: int) -> int | None:
        """Sets so many aside; where there are fewer it sets none aside, and answers with how many there are."""

    def release(self, values: Values, number: int) -> None:
        """Those that were set aside and not handed out."""

    def short(self, left: int, needed: int) -> str:
        """That there are too few, in words."""


class ActionForm(FlaskForm):  # type: ignore[misc]
    """What an action asks; its values are kept with the batch as JSON."""

    def offer(self) -> None:
        """Fills the lists that depend on the business and the person."""

    def lacks(self) -> str:
        """Why it cannot be filled in, in words, where there is nothing to choose from; '' where there is."""
        return ""

    def kept(self) -> dict[str, Any]:
        return {name: each.data for name, each in self._fields.items() if name != "csrf_token"}

    def accepted(self) -> bool:
        """Does what goes with choosing it, once it is valid; where that fails, what is wrong stands beside a field."""
        return True

    def said(self) -> list[tuple[str, str]]:
        """What it says, label and words; what was left empty is left out."""
        blank: tuple[object, ...] = (None, "", {})
        asked = [each for name, each in self._fields.items() if name != "csrf_token" and each.data not in blank]
        return [(str(each.label.text), field_words(each, each.data)) for each in asked]


@dataclass(frozen=True)
class Action:
    """Something that can be done to a selection of customers."""

    key: str
    label: object
    """In words, lazily translated, as are the others."""
    sign: str
    """The icon."""
    about: object
    permission: Permission
    form: type[ActionForm]
    title: Callable[[Values], str]
    """What it does, such as: Credit 25 bonus points."""
    reasons: Mapping[str, object]
    """Why customers are skipped, in words."""
    do: Work
    undo: Work | None = None
    done: object = ""
    """What became of those it was done to, such as: Credited."""
    unit: Callable[[Values, int], str] | None = None
    """An amount in words, where there is one."""
    each: Callable[[Values], int] | None = None
    """How much each gets, where it is the same for all."""
    asks_again: Question = reaches_several
    """Whether the password is asked for again before it begins, or is undone."""
    telling: Telling | None = None
    """How customers are told of it, where they are."""
    stock: Stock | None = None
    asked: Callable[[Batch], Any] | None = None
    """Selects as customer_id whom it is for, where no selection of the table says that; it is not offered there."""
    whom: Callable[[Values], str] | None = None
    """Who they are then, in words."""
    waits: Callable[[Batch, int], str] | None = None
    """How many a second person is asked for, in words, where they are not called customers."""
    ended: Callable[[Batch, int], str] | None = None
    """The same of how many are done, at its end."""
    page: Callable[[Values], str] | None = None
    """Where its batches are shown, where they have a page of their own; those that take them back have none."""

    @property
    def is_offered(self) -> bool:
        """Whether it can be chosen for any selection of customers."""
        return self.asked is None

    def work(self, batch: Batch) -> Work:
        found = self.do if batch.undoes_id is None else self.undo
        if found is None:
            raise LookupError(f"{self.key} cannot be undone.")
        return found


_actions: dict[str, Action] = {}


def add_action(action: Action) -> None:
    """Hangs in an action."""
    _actions[action.key] = action


def actions() -> list[Action]:
    return list(_actions.values())


def action_named(key: str) -> Action:
    """Raises KeyError."""
    return _actions[key]


def wording_for(batch: Batch) -> Wording | None:
    """What a batch tells its customers; None where it tells nothing, as what takes another back does, or no more."""
    telling = action_named(batch.action).telling
    tells = batch.undoes_id is None and ERASED not in batch.values
    return wording_of(telling, batch.values) if telling and tells else None
