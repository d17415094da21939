"""Why the house refuses a sale, a code or a movement, as problems that a program can decide by (AP-1, AC-1)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.customers.family import survivor_of
from app.ledger.services import ShortfallError
from app.offers.services import NotIssued, NotIssuedError, TooFewLeftError, TooManyCodesError
from app.offers.services import RefusedError as NotUsableError
from app.offers.services.editing import NotGivenError
from app.offers.services.guessing import MINUTES
from app.problems import CallProblem
from app.transactions.services import (
    AlreadyCancelledError,
    BroughtRefusedError,
    MissingError,
    PinLimitError,
    PinNeededError,
    PinOverError,
    Refusal,
    RefusedError,
    WrongPinError,
    missing_words,
)
from app.transactions.services.refusing import moment_told, refusal_words, unusable_words

_OF_BODY = {Refusal.EMPTY, Refusal.TOO_LARGE, Refusal.FRACTION, Refusal.OVERPAID}
"""What no state of the house could make good."""
_TOLD = (
    *(RefusedError, NotUsableError, TooManyCodesError, AlreadyCancelledError, MissingError, ShortfallError),
    *(PinLimitError, PinNeededError, PinOverError, WrongPinError, NotIssuedError, TooFewLeftError, NotGivenError),
)


_NOT_ISSUED = {
    NotIssued.OFF: "It is switched off or archived.",
    NotIssued.NOT_YET: "Its first day is still ahead.",
    NotIssued.OVER: "Its last day is over.",
}


@contextmanager
def refusals_told(customer_id: int | None = None) -> Iterator[None]:
    """Has whatever the services refuse come out as a CallProblem; of a customer who was merged, with who it is now."""
    try:
        yield
    except _TOLD as refused:
        problem = problem_of(refused)
        if customer_id is not None and isinstance(refused, RefusedError):
            problem.more |= _who_it_is(refused, customer_id)
        raise problem from None


def problem_of(refused: Exception) -> CallProblem:
    match refused:
        case RefusedError():
            return _of_basket(refused)
        case NotUsableError():
            return CallProblem(409, f"code-{_kebab(refused.reason)}", unusable_words(refused), when=_when(refused))
        case WrongPinError():
            return CallProblem(422, "pin-wrong", "This is not the PIN.", tries_left=refused.tries_left)
        case MissingError():
            detail = " ".join(missing_words(refused.missing, refused.used))
            missing = [{"account_id": wallet, "amount": amount} for wallet, amount in sorted(refused.missing.items())]
            return CallProblem(409, "spent-meanwhile", detail, missing=missing, coupons=list(refused.used))
        case ShortfallError():
            return CallProblem(409, "too-few", "There is not so much to take.", missing=refused.missing)
        case NotIssuedError():
            return CallProblem(409, f"not-given-{_kebab(refused.reason)}", _NOT_ISSUED[refused.reason])
        case _:
            return _plain(refused)


def _of_basket(refused: RefusedError) -> CallProblem:
    status = 404 if refused.refusal is Refusal.CUSTOMER_GONE else 422 if refused.refusal in _OF_BODY else 409
    more: dict[str, Any] = {} if refused.most is None else {"most": refused.most}
    if isinstance(refused, BroughtRefusedError):
        why = "check-too-small" if refused.why is None else _kebab(refused.why.reason)
        more |= {"brought": refused.kind, "id": refused.number, "why": why}
        if refused.why is not None:
            more["when"] = _when(refused.why)
    return CallProblem(status, _kebab(refused.refusal), refusal_words(refused), **more)


def _who_it_is(refused: RefusedError, customer_id: int) -> dict[str, int]:
    """The record that this one was merged into (CP-9)."""
    gone = refused.refusal is Refusal.CUSTOMER_GONE
    return {"customer_id": survivor} if gone and (survivor := survivor_of(customer_id)) != customer_id else {}


def _plain(refused: Exception) -> CallProblem:
    """Those that say no more than that they are."""
    if isinstance(refused, TooManyCodesError):
        wait = {"Retry-After": str(MINUTES * 60)}
        return CallProblem(429, "too-many-codes", "Too many codes were wrong at this Terminal.", headers=wait)
    if isinstance(refused, PinLimitError):
        detail = "Too many PINs were wrong today, or were sent and not used."
        return CallProblem(429, "too-many-pins", detail, headers={"Retry-After": "86400"})
    words = {
        AlreadyCancelledError: ("cancelled-before", "This sale was cancelled before."),
        PinNeededError: ("pin-needed", "So many points are spent with a PIN alone: ask for one with /pins."),
        PinOverError: ("pin-over", "This PIN is used, too old, tried too often, or for another basket."),
        TooFewLeftError: ("none-left", "No coupon of this series is left."),
        NotGivenError: ("not-given", "The customer has it in hand, or had as many as one may have."),
    }
    return CallProblem(409, *words[type(refused)])


def _when(refused: NotUsableError) -> str | None:
    when = moment_told(refused)
    return when.isoformat() if when else None


def _kebab(name: str) -> str:
    return name.replace("_", "-")
