"""Users, what they may do in each business, their sessions, and the counters that slow guessing down (PR-1, PR-5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Moment, Words
from app.permissions import Role


class User(Base):
    """A person who signs in; of no business by itself, so that one person can work in several (PR-1)."""

    __tablename__ = "app_user"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    email: Mapped[str] = mapped_column(Text, unique=True)
    """Lower case."""
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, server_default="en")
    theme: Mapped[str] = mapped_column(Text, server_default="system")
    density: Mapped[str] = mapped_column(Text, server_default="normal")
    """How close the rows of tables stand: normal or compact."""
    narrow_rail: Mapped[bool] = mapped_column(Boolean, server_default="false")
    keys: Mapped[bool] = mapped_column(Boolean, server_default="true")
    """Whether single-letter keys do something; who dictates or types elsewhere turns them off."""
    phone: Mapped[Words]
    """E.164; where the person itself is written to."""
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]


class Membership(Base):
    """A user's role in a business; a location operator belongs to one franchisee (PR-2)."""

    __tablename__ = "membership"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "franchisee_id"], ["franchisee.business_id", "franchisee.id"]),
        CheckConstraint("(role = 'location_operator') = (franchisee_id IS NOT NULL)", name="franchisee"),
        CheckConstraint("role IN ({})".format(", ".join(f"'{role}'" for role in Role)), name="role"),
        Index(None, "user_id"),
    )

    business_id: Mapped[BusinessKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    franchisee_id: Mapped[int | None] = mapped_column(BigInteger)
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Who is disabled no longer gets in; the row stays, as the audit log names the person."""
    created_at: Mapped[Created]


class Invitation(Base):
    """A place in a business that is kept for who has an e-mail address, until it is taken, withdrawn or lapses."""

    __tablename__ = "invitation"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "franchisee_id"], ["franchisee.business_id", "franchisee.id"]),
        CheckConstraint("(role = 'location_operator') = (franchisee_id IS NOT NULL)", name="franchisee"),
        CheckConstraint("role IN ({})".format(", ".join(f"'{role}'" for role in Role)), name="role"),
        Index(
            *("invitation_open_key", "business_id", "email"),
            unique=True,
            postgresql_where=text("accepted_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    email: Mapped[str] = mapped_column(Text)
    """Lower case."""
    role: Mapped[str] = mapped_column(Text)
    franchisee_id: Mapped[int | None] = mapped_column(BigInteger)
    language: Mapped[str] = mapped_column(Text)
    """Of the letter."""
    serial: Mapped[int] = mapped_column(Integer, server_default="1")
    """The link names it: with another one the links before are dead."""
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    mail_due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the letter is to be tried; None when it left, or will not."""
    mailed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    mail_fault: Mapped[Words]
    """Why it did not leave."""
    expires_at: Mapped[Moment]
    accepted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    withdrawn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]


class TerminalUser(Base):
    """A salesperson who sells at a Terminal (TE-0)."""

    __tablename__ = "terminal_user"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "terminal_id"], ["terminal.business_id", "terminal.id"]),
        ForeignKeyConstraint(
            ["business_id", "user_id"], ["membership.business_id", "membership.user_id"], ondelete="CASCADE"
        ),
        Index(None, "user_id"),
    )

    business_id: Mapped[BusinessKey]
    terminal_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    created_at: Mapped[Created]


class SignInCode(Base):
    """What signs a salesperson in at this business's Terminals once, instead of the password (TE-0)."""

    __tablename__ = "sign_in_code"
    __table_args__ = (
        ForeignKeyConstraint(
            ["business_id", "user_id"], ["membership.business_id", "membership.user_id"], ondelete="CASCADE"
        ),
        Index(None, "user_id"),
    )

    business_id: Mapped[BusinessKey]
    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[Moment]


class UserSession(Base):
    """A sign-in on one device. The token itself is with the browser; here lies its SHA-256."""

    __tablename__ = "user_session"
    __table_args__ = (
        ForeignKeyConstraint(["business_id", "terminal_id"], ["terminal.business_id", "terminal.id"]),
        Index(None, "user_id"),
        Index(None, "last_seen_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"))
    business_id: Mapped[int | None] = mapped_column(ForeignKey("business.id"))
    """The business that the person works in now, in every tab."""
    terminal_id: Mapped[int | None] = mapped_column(BigInteger)
    """Where a salesperson sells; such a session is none of the panel's (TE-0)."""
    by_code: Mapped[bool] = mapped_column(Boolean, server_default="false")
    """Opened by a code of the business, so that it may work nowhere else."""
    address: Mapped[Words]
    agent: Mapped[Words]
    created_at: Mapped[Created]
    last_seen_at: Mapped[Created]
    proved_at: Mapped[Created]
    """When the person gave its password or a code in it last."""


class SecondFactor(Base):
    """An app of a person that makes a new code every half minute (TOTP, RFC 6238)."""

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """What app and server share, encrypted."""
    last_step: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """The half minute of the newest code that was used: it and those before are used up."""
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When the app showed that it has the secret; before, nothing asks for its codes."""
    created_at: Mapped[Created]


class RecoveryCode(Base):
    """What stands for a code of the app once, for who lost it; gone when it is used."""

    __tablename__ = "recovery_code"

    user_id: Mapped[int] = mapped_column(ForeignKey("second_factor.user_id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """The code begins with it, so that one hash is compared and not all."""
    code_hash: Mapped[str] = mapped_column(Text)


class PasswordLetter(Base):
    """A letter about a password: its link, asked for by who forgot it, or that it was changed by one (PR-5).

    It is of an address and not of a user, as what nobody has is written down the same until the letter is to be sent.
    """

    __tablename__ = "password_letter"
    __table_args__ = (
        CheckConstraint("kind IN ('link', 'changed')", name="kind"),
        Index("password_letter_due_idx", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index(None, "asked_at"),
    )

    email: Mapped[str] = mapped_column(Text, primary_key=True)
    """Lower case."""
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    asked_at: Mapped[Moment]
    """The link names it: with another one those before are dead."""
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it is to be sent; None once it was, or nobody has the address."""


class ApiKey(Base):
    """The right of a program to work in a business by the API, with some scopes, at any or some places (AP-1)."""

    __tablename__ = "api_key"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "franchisee_id"], ["franchisee.business_id", "franchisee.id"]),
        ForeignKeyConstraint(["business_id", "point_of_sale_id"], ["point_of_sale.business_id", "point_of_sale.id"]),
        ForeignKeyConstraint(["business_id", "terminal_id"], ["terminal.business_id", "terminal.id"]),
        CheckConstraint("num_nonnulls(franchisee_id, point_of_sale_id, terminal_id) <= 1", name="one_place"),
        CheckConstraint("cardinality(scopes) > 0", name="scopes"),
        Index(None, "secret_hash"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(Text)
    hint: Mapped[str] = mapped_column(Text)
    """How the key begins, to tell it by."""
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the key, which is shown once and kept nowhere."""
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    franchisee_id: Mapped[int | None] = mapped_column(BigInteger)
    """It works at the places of this franchisee; or at one point of sale, or one Terminal; else at any."""
    point_of_sale_id: Mapped[int | None] = mapped_column(BigInteger)
    terminal_id: Mapped[int | None] = mapped_column(BigInteger)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("app_user.id"))
    """Who made it."""
    last_used_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """To the minute."""
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[Created]


class SignInFailure(Base):
    """How often sign-in failed lately for an account or an address; the subject is a keyed hash."""

    __tablename__ = "sign_in_failure"

    subject: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[Moment]
    blocked_until: Mapped[Moment]


class TableSettings(Base):
    """Which columns of a table a user sees, and in which order (CT-5)."""

    __tablename__ = "table_settings"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]),)

    business_id: Mapped[BusinessKey]
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"), primary_key=True)
    table_name: Mapped[str] = mapped_column(Text, primary_key=True)
    columns: Mapped[list[str]] = mapped_column(JSONB)
