"""Points and money accounts: read, credited, debited, as by hand in the panel (CP-1, CP-2, LP-4)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, select

from app.api.accounts import (
    AccountsHeld,
    AccountShown,
    AccountsShown,
    BalanceShown,
    Credit,
    HeldShown,
    LotShown,
    Movement,
)
from app.api.operations import operation
from app.api.reading import faulty
from app.api.refusing import refusals_told
from app.api.tills import chosen_terminal
from app.api.views.customers import standing_for
from app.customers.models import Enrolment
from app.customers.queries import customer_to_change
from app.db import business_id
from app.extensions import db
from app.ledger.queries import available_in, open_lots, wallets_of
from app.loyalty.models import Access, Program, Wallet, WalletKind
from app.permissions import KeyScope
from app.transactions.models import Source
from app.transactions.services import Adjustment, Refusal, RefusedError, adjust
from app.transactions.services.adjusting import program_of

TOO_FEW = "There is less on the account: `missing` is how much."
BLACKLISTED = "The customer is blacklisted in the program of the account, and takes part in no transaction of it."


@operation("GET", "/accounts", KeyScope.READ_POINTS)
def list_accounts() -> AccountsShown:
    """List the accounts that there are: points of programs first, then money."""
    mine = select(Wallet).where(Wallet.business_id == business_id())
    ordered = mine.order_by(case((Wallet.kind == WalletKind.POINTS, 0), else_=1), Wallet.name, Wallet.id)
    return AccountsShown(items=[AccountShown(**_named(each)) for each in db.session.scalars(ordered)])


@operation("GET", "/customers/<int:customer_id>/accounts", KeyScope.READ_POINTS)
def read_accounts(customer_id: int) -> AccountsHeld:
    """Read what a customer has: points by when they expire, and money."""
    number = standing_for(customer_id).id
    lots: dict[int, list[LotShown]] = {}
    for each in open_lots(number):
        lots.setdefault(each.wallet_id, []).append(LotShown(amount=each.remaining, expires_at=each.expires_at))
    return AccountsHeld(
        items=[
            HeldShown(**_named(each), amount=available_in(each), lots=lots.get(each.id, []))
            for each in wallets_of(number)
        ]
    )


@operation("POST", "/customers/<int:customer_id>/credits", KeyScope.WRITE_POINTS, refuses={409: BLACKLISTED})
def credit_account(customer_id: int, body: Credit) -> BalanceShown:
    """Put points or money on an account of a customer."""
    return _moved(customer_id, body, body.amount, body.valid_days)


@operation("POST", "/customers/<int:customer_id>/debits", KeyScope.WRITE_POINTS, refuses={409: TOO_FEW})
def debit_account(customer_id: int, body: Movement) -> BalanceShown:
    """Take points or money off an account of a customer: what expires soonest goes first."""
    return _moved(customer_id, body, -body.amount)


def _moved(customer_id: int, body: Movement, amount: int, valid_days: int | None = None) -> BalanceShown:
    account, terminal = _account(body.account_id), chosen_terminal(body.terminal_id)
    # Held, so that nobody erases or merges it meanwhile.
    customer = customer_to_change(standing_for(customer_id).id)
    asked = Adjustment(customer.id, account, amount, terminal, body.reason, valid_days, Source.API)
    with refusals_told():
        if amount > 0:
            _refuse_blacklisted(customer.id, account)
        return BalanceShown(account_id=account, balance=adjust(asked))


def _refuse_blacklisted(customer_id: int, account: int) -> None:
    """AC-1: a credit is a transaction of the program too, as in bulk. Raises RefusedError."""
    mine = Enrolment.business_id == business_id(), Enrolment.customer_id == customer_id
    standing = select(Enrolment.access).where(*mine, Enrolment.program_id.in_(program_of(account)))
    if db.session.scalar(standing) is Access.BLACKLISTED:
        raise RefusedError(Refusal.BLACKLISTED)


def _account(number: int | None) -> int:
    default = select(Program.wallet_id).where(Program.business_id == business_id(), Program.is_default)
    named = select(Wallet.id).where(Wallet.business_id == business_id(), Wallet.id == number)
    found = db.session.scalar(default if number is None else named)
    if found is None:
        raise faulty("/account_id", "There is no such account.")
    return found


def _named(wallet: Any) -> dict[str, Any]:
    return {name: getattr(wallet, name) for name in ("id", "kind", "name", "unit")}
