"""A forgotten password is renewed by a link in a letter of the platform (PR-5). One unit of work each unless said.

What asks for a link is written the same for every address, known or not: whose it is asks only who sends the letter.
The link is signed, and no secret of it is kept. It names the moment of asking, so that a newer one kills it, and a mark
of the password's hash, so that it works once and not after any other change of the password.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from app import audit, mail
from app.accounts import passwords, throttle
from app.accounts.account_changes import end_other_sessions
from app.accounts.half_sign_in import mark_of
from app.accounts.models import PasswordLetter, User
from app.accounts.queries import OwnBusiness, own_businesses, user_id_of
from app.db import commit, open_scope, unit_of_work
from app.extensions import db
from app.lib import dates
from app.links import asking_link, reset_link, resetting
from app.mail import Mail, Outcome, Posted
from app.queue import wake
from app.scope import Scope

PASSWORD_LETTERS = "jobs.passwords.send_letters", "messages"
"""The job that sends them, and its queue."""
LINK, CHANGED = "link", "changed"
HOLDS = timedelta(minutes=30)
"""A link, from when it was asked for."""
LIVES = {LINK: HOLDS, CHANGED: timedelta(hours=12)}
"""For how long a letter is worth sending."""
AGAIN = timedelta(minutes=3)
"""When a letter that did not leave is tried again, and one whose worker died: longer than any job works."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NoLinkError(Exception):
    """Nobody gave this link, it was used or is too old, there is a newer one, or the password is another by now."""


@dataclass(frozen=True)
class Link:
    """What a link names."""

    user_id: int
    asked: int
    """In microseconds since 1970."""
    mark: int


def ask_for_link(email: str, address: str) -> int:
    """Has a link sent to who works under an e-mail in lower case; the seconds to wait first, or 0.

    The same is done for an address that nobody has, so that neither answer nor time tells.
    """
    seconds = throttle.count_forgotten(email, address)
    if not seconds:
        _write(email, LINK)
    return seconds


def link_for_password(account: User) -> str:
    """A link that is handed over by other means than a letter, in this person's scope; those before are dead."""
    now = dates.now()
    _keep(account.email, LINK, now, None)
    return reset_link(account.id, _number(now), _mark(account))


def holder_of(token: str) -> tuple[Link, User]:
    """Whose link it is, in this person's scope from now on. Raises NoLinkError; needs that no transaction has begun."""
    try:
        link = Link(*resetting(token))
    except ValueError:
        raise NoLinkError from None
    open_scope(Scope(None, link.user_id))
    return link, _holder(link)


def set_password(link: Link, new: str, address: str) -> bool:
    """Gives the link's holder a new password and ends all its sessions; whether it works in a panel.

    Commits, as each of its businesses notes it in its own scope. Raises NoLinkError: of twins the second one does.
    """
    hashed = passwords.hash_password(new)
    account = _holder(link, held=True)
    account.password_hash = hashed
    end_other_sessions(0)
    db.session.execute(delete(PasswordLetter).where(_is(account.email, LINK)))
    if mail.leaves():
        _write(account.email, CHANGED)
    businesses = own_businesses()
    commit()
    _note(link.user_id, businesses, address)
    return any(not each.sells_only for each in businesses)


def password_letters_due() -> bool:
    """Whether there is a letter to send, in a unit of work of its own."""
    with unit_of_work(Scope(None)):
        return db.session.scalar(select(PasswordLetter.email).where(_due()).limit(1)) is not None


def send_password_letters() -> None:
    """Sends what is due, each in units of work of its own, with none open while it is sent."""
    while (taken := _taken_up()) is not None:
        email, kind, asked_at = taken
        user_id = user_id_of(email)
        letter = _letter(user_id, kind, asked_at) if user_id else None
        posted = mail.post(Scope(None, user_id), letter) if letter else Posted(Outcome.FAILED)
        if posted.outcome is not Outcome.LATER:
            with unit_of_work(Scope(None)):
                _finish(email, kind, asked_at)


def forget_old() -> None:
    """Drops what no letter and no link is wanted of any more."""
    db.session.execute(delete(PasswordLetter).where(PasswordLetter.asked_at < dates.now() - max(LIVES.values())))


def _write(email: str, kind: str) -> None:
    now = dates.now()
    _keep(email, kind, now, now)
    wake(PASSWORD_LETTERS[0], queue=PASSWORD_LETTERS[1])


def _keep(email: str, kind: str, asked_at: datetime, due_at: datetime | None) -> None:
    row = insert(PasswordLetter).values(email=email, kind=kind, asked_at=asked_at, due_at=due_at)
    anew = {"asked_at": row.excluded.asked_at, "due_at": row.excluded.due_at}
    db.session.execute(row.on_conflict_do_update(index_elements=["email", "kind"], set_=anew))


def _holder(link: Link, *, held: bool = False) -> User:
    """The person of a link that holds still, as is kept by now. Raises NoLinkError."""
    lock = {"with_for_update": True, "populate_existing": True} if held else {}
    account = db.session.get(User, link.user_id, **lock)  # type: ignore[arg-type]
    if account is None or not _works(account) or _mark(account) != link.mark:
        raise NoLinkError
    asked_at = db.session.scalar(select(PasswordLetter.asked_at).where(_is(account.email, LINK)))
    if asked_at is None or _number(asked_at) != link.asked or asked_at + HOLDS <= dates.now():
        raise NoLinkError
    return account


def _works(account: User) -> bool:
    """Whether this scope's person is enabled, and works in any business."""
    return account.disabled_at is None and bool(own_businesses())


def _taken_up() -> tuple[str, str, datetime] | None:
    """A due letter, put off meanwhile: should this worker die, it is tried again, with the same link."""
    with unit_of_work(Scope(None)):
        # Should e-mails no longer leave the house, it waits for as long as it is of use.
        asked = select(PasswordLetter).where(_due()).order_by(PasswordLetter.due_at).limit(1)
        due = db.session.scalars(asked.with_for_update(skip_locked=True)).first() if mail.leaves() else None
        if due is None:
            return None
        due.due_at = dates.now() + AGAIN
        return due.email, due.kind, due.asked_at


def _due() -> ColumnElement[bool]:
    now = dates.now()
    lives = (and_(PasswordLetter.kind == kind, PasswordLetter.asked_at > now - span) for kind, span in LIVES.items())
    return and_(PasswordLetter.due_at <= now, or_(*lives))


def _finish(email: str, kind: str, asked_at: datetime) -> None:
    """It is not sent again, unless it was asked for anew meanwhile."""
    letter = db.session.get(PasswordLetter, (email, kind), with_for_update=True)
    if letter is not None and letter.asked_at == asked_at:
        letter.due_at = None


def _letter(user_id: int, kind: str, asked_at: datetime) -> Mail | None:
    """None for who no longer works anywhere."""
    with unit_of_work(Scope(None, user_id)):
        account = db.session.get_one(User, user_id)
        if not _works(account):
            return None
        with force_locale(account.language):
            title, text = _link_words(account, asked_at) if kind == LINK else _changed_words(account)
        reference = f"password-{kind}-{user_id}-{_number(asked_at)}"
        return Mail(reference, account.email, "Regulars", title, text, account.language)


def _link_words(account: User, asked_at: datetime) -> tuple[str, str]:
    text = _(
        "Good day, %(name)s.\n\nOpen this link to choose a new password for Regulars:\n%(link)s\n\n"
        "It works once, for 30 minutes after you asked for it. If you did not ask, leave this letter alone: your"
        " password stays as it is.",
        name=account.name,
        link=reset_link(account.id, _number(asked_at), _mark(account)),
    )
    return _("A new password for Regulars"), text


def _changed_words(account: User) -> tuple[str, str]:
    text = _(
        "Good day, %(name)s.\n\nYour password for Regulars was changed by a link in a letter, and you were signed out"
        " everywhere.\n\nIf it was not you, ask for another link here at once, and tell support:\n%(link)s",
        name=account.name,
        link=asking_link(),
    )
    return _("Your password for Regulars was changed"), text


def _note(user_id: int, businesses: list[OwnBusiness], address: str) -> None:
    """In the log of every business where the person works, each in its own scope (PR-4)."""
    for each in businesses:
        open_scope(Scope(each.id, user_id, address=address))
        audit.record("user.reset_password", audit.Subject("user", user_id), {})
        commit()


def _is(email: str, kind: str) -> ColumnElement[bool]:
    return and_(PasswordLetter.email == email, PasswordLetter.kind == kind)


def _mark(account: User) -> int:
    """Of the e-mail and the password's hash, which the same password changes when it is set anew."""
    return int(mark_of(account)[:14], 16)


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
