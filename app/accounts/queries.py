"""What a person's own pages show: the businesses it belongs to, its sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text

from app.accounts.models import Membership, TableSettings, TerminalUser, User, UserSession
from app.db import business_id, current_scope, one_row
from app.extensions import db
from app.permissions import Role


@dataclass(frozen=True)
class OwnBusiness:
    """A business that the person may switch to, and its role there."""

    id: int
    name: str
    role: Role

    @property
    def sells_only(self) -> bool:
        """At Terminals, so that there is no panel of it to sign in to."""
        return self.role is Role.SALESPERSON


def own_businesses() -> list[OwnBusiness]:
    """The businesses of this scope's person, by name (PR-1)."""
    rows = db.session.execute(text("SELECT business_id, name, role FROM own_businesses()"))
    return [OwnBusiness(row.business_id, row.name, Role(row.role)) for row in rows]


@dataclass(frozen=True)
class OwnTerminal:
    """A Terminal at which the person may sell (TE-0)."""

    business_id: int
    business: str
    id: int
    name: str
    place: str


def own_terminals() -> list[OwnTerminal]:
    """The Terminals that this scope's person is assigned to, by business, place and name."""
    return [OwnTerminal(*row) for row in db.session.execute(text("SELECT * FROM own_terminals()"))]


def salespeople() -> Sequence[User]:
    """The salespeople of the business, by name."""
    mine = select(User).join(Membership, Membership.user_id == User.id)
    mine = mine.where(Membership.business_id == business_id(), Membership.role == Role.SALESPERSON)
    return db.session.scalars(mine.order_by(User.name, User.id)).all()


def admins() -> Sequence[User]:
    """The business's administrators who get in."""
    mine = select(User).join(Membership, Membership.user_id == User.id).where(User.disabled_at.is_(None))
    mine = mine.where(Membership.business_id == business_id(), Membership.role == Role.ADMIN)
    return db.session.scalars(mine.where(Membership.disabled_at.is_(None)).order_by(User.id)).all()


def assigned_to(terminal_id: int) -> set[int]:
    """The users who sell at a Terminal."""
    here = select(TerminalUser.user_id).where(
        TerminalUser.business_id == business_id(), TerminalUser.terminal_id == terminal_id
    )
    return set(db.session.scalars(here))


def user_id_of(email: str) -> int | None:
    """The user with this e-mail, in a transaction of its own outside every business."""
    row = one_row("SELECT sign_in_user(:email) AS id", email=email.strip().lower())
    return row.id if row else None


def own_account() -> User:
    """The account of this scope's person."""
    return db.session.scalars(select(User).where(User.id == current_scope().user_id)).one()


def own_sessions() -> Sequence[UserSession]:
    """Where this scope's person is signed in, last seen first (PR-5)."""
    return db.session.scalars(
        select(UserSession)
        .where(UserSession.user_id == current_scope().user_id)
        .order_by(UserSession.last_seen_at.desc(), UserSession.id)
    ).all()


def second_factor_demanders() -> list[str]:
    """The businesses that want this scope's person to have a second factor, by their names."""
    return list(db.session.scalars(text("SELECT name FROM second_factor_demanders()")))


def table_settings(table: str) -> TableSettings | None:
    """The person's own settings of a table in this business (CT-5)."""
    return db.session.get(TableSettings, (business_id(), current_scope().user_id, table))
