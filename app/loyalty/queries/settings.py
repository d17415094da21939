"""A program with its settings, its categories and its accounts (LP-1, LP-3, LP-4, AC-3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from sqlalchemy import ColumnElement, func, select, text
from werkzeug.exceptions import NotFound

from app.businesses.models import Feature
from app.businesses.queries import features
from app.db import business_id
from app.extensions import db
from app.lib.collation import sort_key
from app.loyalty.models import (
    Access,
    Category,
    CategoryRun,
    Notify,
    Program,
    ProgramAccount,
    ProgramRule,
    Wallet,
    WalletKind,
)
from app.loyalty.rules import Rounding


@dataclass(frozen=True)
class Settings:
    """How a program works: what a sale, a message and a new customer ask it."""

    active: bool
    wallet_id: int
    unit: str
    """Of its points; '' is points."""
    public_names: dict[str, str]
    terms_url: str
    rounding: Rounding
    default_access: Access
    notifications: Notify
    pin_limit: int
    """Hundredths of points: more than these pay only with a PIN."""
    points_share: int
    """The share of a check that points may pay, in hundredths of a percent."""
    points_valid_days: int | None
    smart_timeout: int
    """Minutes."""
    quiet_from: time | None
    quiet_to: time | None
    sender: str
    """The business's own alpha name; '' is the platform's, also while support has not turned own names on."""
    signature: str
    features: frozenset[Feature]


def program_settings(program_id: int) -> Settings:
    """Raises NotFound."""
    program, unit = program_named(program_id), wallet_of(program_id).unit
    on = features()
    return Settings(
        active=program.active,
        wallet_id=program.wallet_id,
        unit=unit,
        public_names=program.public_names,
        terms_url=program.terms_url,
        rounding=Rounding(program.rounding),
        default_access=program.default_access,
        notifications=Notify(program.notifications),
        pin_limit=program.pin_limit,
        points_share=program.points_share,
        points_valid_days=program.points_days,
        smart_timeout=program.smart_timeout,
        quiet_from=program.quiet_from,
        quiet_to=program.quiet_to,
        sender=program.sender if Feature.ALPHA_NAME in on else "",
        signature=program.signature,
        features=on,
    )


def lock_programs() -> None:
    """Holds programs with all that belongs to them until the end of this unit of work: who changes them too waits."""
    db.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('programs', :business))"), {"business": business_id()}
    )


def every_program() -> list[Program]:
    """All programs, the default one first, then by title."""
    mine = db.session.scalars(select(Program).where(Program.business_id == business_id()))
    return sorted(mine, key=lambda each: (not each.is_default, sort_key(each.title), each.id))


def program_named(number: int) -> Program:
    """A program by its id. Raises NotFound."""
    found = db.session.get(Program, (business_id(), number))
    if found is None:
        raise NotFound
    return found


def wallet_of(program_id: int) -> Wallet:
    """The wallet in which a program's points are. Raises NotFound."""
    return db.session.get_one(Wallet, (business_id(), program_named(program_id).wallet_id))


def categories_of(program_id: int) -> Sequence[Category]:
    """The categories of a program in their order."""
    mine = select(Category).where(Category.business_id == business_id(), Category.program_id == program_id)
    return db.session.scalars(mine.order_by(Category.position, Category.name, Category.id)).all()


def run_of(program_id: int) -> CategoryRun | None:
    """How the program's assignment rules go over its customers now, or went over them last."""
    return db.session.get(CategoryRun, (business_id(), program_id))


def category_named(program_id: int, number: int) -> Category:
    """A category of a program by its id. Raises NotFound."""
    found = db.session.get(Category, (business_id(), number))
    if found is None or found.program_id != program_id:
        raise NotFound
    return found


def accounts() -> list[Wallet]:
    """Every money account of the business, by name."""
    mine = select(Wallet).where(Wallet.business_id == business_id(), Wallet.kind == WalletKind.MONEY)
    return sorted(db.session.scalars(mine), key=lambda each: (sort_key(each.name), each.id))


def accounts_of(program_id: int) -> list[Wallet]:
    """The money accounts that can pay in a program, by name."""
    here = set(db.session.scalars(select(ProgramAccount.wallet_id).where(*_paying(program_id))))
    return [each for each in accounts() if each.id in here]


def account_named(program_id: int, number: int) -> Wallet:
    """A money account of a program by its wallet's id. Raises NotFound."""
    found = next((each for each in accounts_of(program_id) if each.id == number), None)
    if found is None:
        raise NotFound
    return found


def programs_of_wallets() -> dict[int, list[str]]:
    """Wallet → the titles of the programs that share it, as points or as an account."""
    points = select(Program.wallet_id, Program.title).where(Program.business_id == business_id())
    money = (
        select(ProgramAccount.wallet_id, Program.title)
        .join(Program, (Program.business_id == ProgramAccount.business_id) & (Program.id == ProgramAccount.program_id))
        .where(ProgramAccount.business_id == business_id())
    )
    found: dict[int, list[str]] = {}
    for wallet, title in db.session.execute(points.union_all(money)):
        found.setdefault(wallet, []).append(title)
    return {wallet: sorted(titles, key=sort_key) for wallet, titles in found.items()}


def rule_counts() -> dict[int, int]:
    """Program → how many of its rules are active."""
    counted = (
        select(ProgramRule.program_id, func.count())
        .where(ProgramRule.business_id == business_id(), ProgramRule.active)
        .group_by(ProgramRule.program_id)
    )
    return {row[0]: row[1] for row in db.session.execute(counted)}


def _paying(program_id: int) -> tuple[ColumnElement[bool], ...]:
    return ProgramAccount.business_id == business_id(), ProgramAccount.program_id == program_id
