"""Signing in and out, sessions, users and their roles (PR-1, PR-5). One unit of work each unless said."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import structlog
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app import audit
from app.accounts import forgotten, passwords, throttle
from app.accounts.forgotten import PASSWORD_LETTERS as PASSWORD_LETTERS
from app.accounts.forgotten import password_letters_due as password_letters_due
from app.accounts.forgotten import send_password_letters as send_password_letters
from app.accounts.half_sign_in import CodeNeededError, HalfSignIn, LapsedError, WrongCodeError, half_sign_in
from app.accounts.invitations import send_letters as send_letters
from app.accounts.models import Membership, TableSettings, TerminalUser, User, UserSession
from app.accounts.queries import OwnTerminal, own_account, own_businesses, own_terminals
from app.accounts.second_factor import has_second_factor, takes_code
from app.accounts.sign_in_codes import take_sign_in_code
from app.accounts.throttle import TooManyTriesError as TooManyTriesError
from app.accounts.waiting import hold_claims as hold_claims
from app.accounts.waiting import note_taken as note_taken
from app.accounts.waiting import wait_at_kiosk as wait_at_kiosk
from app.accounts.waiting import wait_before_code as wait_before_code
from app.accounts.waiting import wait_before_code_try as wait_before_code_try
from app.accounts.waiting import wait_before_link as wait_before_link
from app.accounts.waiting import wait_before_link_from as wait_before_link_from
from app.accounts.waiting import wait_before_look_up as wait_before_look_up
from app.accounts.waiting import wait_before_test as wait_before_test
from app.db import business_id, commit, current_scope, open_scope, rollback, unit_of_work
from app.extensions import db
from app.identity import token_hash
from app.permissions import Role
from app.scope import Scope

_log = structlog.get_logger("sign-in")


class NoTerminalError(Exception):
    """The person is assigned to no Terminal that is in use."""


class WrongPasswordError(Exception):
    """No account has this e-mail and password."""


@dataclass(frozen=True)
class Device:
    """Where someone signs in."""

    address: str
    agent: str
    token: str = ""
    """Of the session that its browser holds already."""
    workplace: tuple[int, int] | None = None
    """Who worked there last, and in which business: there that person goes on."""


def sign_in(email: str, password: str, device: Device) -> str:
    """Opens a session and answers with its token, for the browser alone; the one that the browser held ends.

    Commits on its way: a try counts before the password is compared. Raises WrongPasswordError, TooManyTriesError, and
    CodeNeededError for sign_in_with_code.
    """
    _check_password(email, password, device)
    if has_second_factor():
        raise CodeNeededError(half_sign_in(own_account()))
    return _open_session(device)


def sign_in_with_code(half: HalfSignIn, code: str, device: Device) -> str:
    """The second half of it; needs that no transaction has begun. Raises LapsedError, WrongCodeError, and
    TooManyTriesError, as tries are counted by person.
    """
    user = _user(half.user_id)
    if user is None or not half.still_holds(user):
        raise LapsedError
    throttle.begin_proof(user.id)
    if not takes_code(user.id, code):
        _log.warning("wrong code", user=user.id, ip=device.address)
        raise WrongCodeError
    throttle.forget_proofs(user.id)
    return _open_session(device)


def sign_in_at_terminal(email: str, password: str, device: Device) -> str:
    """The same for the Terminal, at the first of those that the person is assigned to (TE-0).

    A code of an administrator serves as the password, in its business alone. Raises NoTerminalError besides.
    """
    by_code = None
    try:
        _check_password(email, password, device)
    except WrongPasswordError:
        by_code = take_sign_in_code(email, password)
        if by_code is None:
            raise
        throttle.forget(email, device.address)
    mine = [each for each in own_terminals() if by_code in (None, each.business_id)]
    if not mine:
        raise NoTerminalError
    return _add_session(device, mine[0].business_id, mine[0].id, by_code=by_code is not None)


def reachable_terminals(session_id: int) -> list[OwnTerminal]:
    """Where a session may sell: at the person's Terminals, of one business alone when its code opened it."""
    session = db.session.get_one(UserSession, session_id)
    return [each for each in own_terminals() if not session.by_code or each.business_id == session.business_id]


def choose_terminal(session_id: int, terminal_id: int) -> bool:
    """Makes a session sell at another Terminal that it may reach; False for any other."""
    chosen = next((each for each in reachable_terminals(session_id) if each.id == terminal_id), None)
    if chosen is None:
        return False
    values = {"business_id": chosen.business_id, "terminal_id": chosen.id}
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(values))
    return True


def assign_to_terminal(terminal_id: int, user_id: int) -> None:
    """Lets a salesperson of the business sell at a Terminal (TE-0)."""
    row = insert(TerminalUser).values(business_id=business_id(), terminal_id=terminal_id, user_id=user_id)
    if db.session.execute(row.on_conflict_do_nothing().returning(TerminalUser.user_id)).first():
        audit.record("user.assign", audit.Subject("user", user_id), {"terminal_id": (None, terminal_id)})


def remove_from_terminal(terminal_id: int, user_id: int) -> None:
    """Ends that a salesperson sells at a Terminal, at once: its session there is no longer known."""
    mine = TerminalUser.business_id == business_id(), TerminalUser.terminal_id == terminal_id
    gone = delete(TerminalUser).where(*mine, TerminalUser.user_id == user_id).returning(TerminalUser.user_id)
    if db.session.execute(gone).first():
        audit.record("user.unassign", audit.Subject("user", user_id), {"terminal_id": (terminal_id, None)})


def _check_password(email: str, password: str, device: Device) -> None:
    """Raises WrongPasswordError, TooManyTriesError; afterwards the scope is that of the person."""
    seconds = throttle.count_try(email, device.address)
    if seconds:
        _log.warning("too many tries", ip=device.address)
        raise TooManyTriesError(seconds)
    user_id = db.session.scalar(text("SELECT sign_in_user(:email)"), {"email": email})
    commit()
    user = _user(user_id)
    kept = user.password_hash if user and user.disabled_at is None else None
    rollback()
    if not passwords.matches(password, kept):
        _log.warning("wrong password", user=user_id, ip=device.address)
        raise WrongPasswordError
    throttle.forget(email, device.address)


def sign_out(session_id: int) -> None:
    """Ends a session of this scope's person; one that is not its own is not found."""
    db.session.execute(
        delete(UserSession).where(UserSession.id == session_id, UserSession.user_id == current_scope().user_id)
    )


def switch_business(session_id: int, chosen: int) -> bool:
    """Makes the session work in another business of the person's; False when it belongs to no such (PR-1)."""
    if chosen not in {business.id for business in own_businesses()}:
        return False
    db.session.execute(update(UserSession).where(UserSession.id == session_id).values(business_id=chosen))
    return True


def keep_preferences(**values: str | bool) -> None:
    """Keeps what the person prefers: language, theme, density, narrow_rail, keys."""
    account = own_account()
    for name, value in values.items():
        setattr(account, name, value)


def keep_table_settings(table: str, columns: list[str]) -> None:
    """Remembers for this person which columns a table shows, in order (CT-5)."""
    row = insert(TableSettings).values(
        business_id=business_id(),
        user_id=current_scope().user_id,
        table_name=table,
        columns=columns,
    )
    db.session.execute(
        row.on_conflict_do_update(
            index_elements=["business_id", "user_id", "table_name"],
            set_={"columns": row.excluded.columns},
        )
    )


def reset_table_settings(table: str) -> None:
    """Goes back to the table's default columns."""
    db.session.execute(
        delete(TableSettings).where(
            TableSettings.business_id == business_id(),
            TableSettings.user_id == current_scope().user_id,
            TableSettings.table_name == table,
        )
    )


def create_user(email: str, name: str, password: str, language: str = "en") -> int:
    """Makes a user, in a unit of work of its own, and answers with the id. The e-mail must be new; lower case."""
    with unit_of_work(Scope(None)):
        user_id: int = db.session.execute(text("SELECT nextval('app_user_id_seq')")).scalar_one()
    with unit_of_work(Scope(None, user_id)):
        hashed = passwords.hash_password(password)
        known = {"email": email.strip().lower(), "name": name, "language": language}
        db.session.add(User(id=user_id, password_hash=hashed, **known))
    return user_id


def add_member(business: int, user_id: int, role: Role, franchisee_id: int | None = None) -> None:
    """Gives a user a role in a business, in a unit of work of its own (PR-1, PR-2)."""
    with unit_of_work(Scope(business)):
        db.session.add(Membership(business_id=business, user_id=user_id, role=role, franchisee_id=franchisee_id))
        db.session.flush()
        changes = {"role": (None, str(role)), "franchisee_id": (None, franchisee_id)}
        audit.record("membership.add", audit.Subject("user", user_id), changes)


def end_stale_sessions() -> int:
    """Removes sessions that nobody may use any more, in a unit of work of its own; answers with their number."""
    with unit_of_work(Scope(None)):
        throttle.forget_old()
        forgotten.forget_old()
        return int(db.session.execute(select(func.end_stale_sessions())).scalar_one())


def _user(user_id: int | None) -> User | None:
    open_scope(Scope(None, user_id))
    return db.session.get(User, user_id) if user_id is not None else None


def _open_session(device: Device) -> str:
    user, businesses = current_scope().user_id, [each.id for each in own_businesses()]
    last_user, last_business = device.workplace or (None, None)
    here = last_business if last_user == user and last_business in businesses else next(iter(businesses), None)
    return _add_session(device, here)


def _add_session(device: Device, business: int | None, terminal: int | None = None, *, by_code: bool = False) -> str:
    db.session.execute(select(func.end_session(token_hash(device.token))))
    token = secrets.token_urlsafe(32)
    _log.info("signed in", user=current_scope().user_id, ip=device.address, terminal=terminal, by_code=by_code)
    db.session.add(
        UserSession(
            token_hash=token_hash(token),
            user_id=current_scope().user_id,
            business_id=business,
            terminal_id=terminal,
            by_code=by_code,
            address=device.address,
            agent=device.agent[:300],
        )
    )
    return token
