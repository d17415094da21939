"""Letters to people who work in the panel, as invitations are: carried by what the area of messages hangs in here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from app.scope import Scope


@dataclass(frozen=True)
class Mail:
    """A letter, its text final; blank lines part its paragraphs."""

    reference: str
    to: str
    sender: str
    """Whose name it bears."""
    title: str
    text: str
    language: str


class Outcome(Enum):
    SENT = "sent"
    LATER = "later"
    """It did not leave, and may be tried again."""
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It may have left: nobody tries it again without being asked to."""


@dataclass(frozen=True)
class Posted:
    """What became of a letter."""

    outcome: Outcome
    reason: str = ""


class Carrier(Protocol):
    def leaves(self) -> bool:
        """Whether e-mails of this session's business leave the house at all; the platform's, where it is of none."""

    def post(self, scope: Scope, mail: Mail) -> Posted:
        """Hands a letter over, with no transaction open."""


_carriers: list[Carrier] = []


def carried_by(carrier: Carrier) -> None:
    _carriers[:] = [carrier]


def leaves() -> bool:
    """Whether e-mails of this session's business leave the house; else who writes one hands it over by other means."""
    return any(each.leaves() for each in _carriers)


def post(scope: Scope, mail: Mail) -> Posted:
    """Hands a letter over, outside of every unit of work."""
    return _carriers[0].post(scope, mail) if _carriers else Posted(Outcome.LATER)
