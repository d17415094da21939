"""Making programs (LP-1): each begins with a wallet and the category New Customers (AC-3)."""

from __future__ import annotations

from app import audit
from app.businesses.services import ensure_scopes
from app.db import business_id
from app.extensions import db
from app.loyalty.models import Category, Program, Wallet, WalletKind
from app.loyalty.queries import every_program
from app.loyalty.services.names import check_name

FIRST_CATEGORY = "New Customers"


def create_program(
    title: str, public_names: dict[str, str], *, wallet_id: int | None = None, default: bool = False
) -> int:
    """Adds a program that shares the given points wallet, or has one of its own; answers with its id.

    Needs the programs held, but where the business is new. Raises NameTakenError.
    """
    check_name(title, (each.title for each in every_program()))
    program = Program(
        business_id=business_id(),
        title=title,
        public_names=public_names,
        wallet_id=wallet_id or _points_wallet(title),
        is_default=default,
    )
    db.session.add(program)
    db.session.flush()
    db.session.add(Category(business_id=business_id(), program_id=program.id, name=FIRST_CATEGORY, is_default=True))
    ensure_scopes()
    changes = {"title": (None, title), "wallet_id": (None, program.wallet_id), "is_default": (None, default)}
    audit.record("program.create", audit.Subject("program", program.id), changes)
    return program.id


def _points_wallet(name: str) -> int:
    wallet = Wallet(business_id=business_id(), kind=WalletKind.POINTS, name=name)
    db.session.add(wallet)
    db.session.flush()
    return wallet.id
