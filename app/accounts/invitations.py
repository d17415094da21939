"""Invitations by e-mail: written, sent, taken (PR-5). One unit of work each unless said.

A link works for a week and until it is used, withdrawn or sent anew. No secret of it is kept: it is signed. Where
e-mails leave the house the link is in the letter alone, so that who joins under an address has read its mail.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, select, update

from app import audit, mail
from app.accounts.models import Invitation, Membership, User, UserSession
from app.accounts.roles import role_name
from app.businesses.queries import lock_places, own_business
from app.db import business_id, current_scope, unit_of_work
from app.extensions import db
from app.lib import dates, formats
from app.links import invitation_link
from app.mail import Mail, Outcome, Posted
from app.permissions import Role
from app.queue import enqueue
from app.scope import Scope

JOB = "jobs.invitations.send_letters"
LIVES = timedelta(days=7)
AGAIN = timedelta(minutes=10)
"""When a letter that did not leave is tried again, and one whose worker died."""


class AlreadyUserError(Exception):
    """Who has this address works here already, or did and is disabled."""


class AlreadyInvitedError(Exception):
    """There is an open invitation to this address."""


class NotOpenError(Exception):
    """The invitation was taken, withdrawn or sent anew, or its week is over."""


def invite(email: str, role: Role, franchisee_id: int | None, language: str) -> Invitation:
    """Keeps a place for who has this address, in lower case. Raises AlreadyUserError, AlreadyInvitedError."""
    lock_places()
    _refuse_known(email)
    known = {"role": str(role), "franchisee_id": franchisee_id}
    new = Invitation(
        business_id=business_id(),
        email=email,
        language=language,
        invited_by_id=current_scope().user_id,
        expires_at=dates.now() + LIVES,
        **known,
    )
    db.session.add(new)
    _send_soon(new)
    db.session.flush()
    changes = {"email": (None, email), **{field: (None, value) for field, value in known.items()}}
    audit.record("invitation.add", _subject(new), changes)
    return new


def renew(invitation: Invitation) -> None:
    """Sends a held invitation anew: the links before are dead, the week begins again. Raises NotOpenError."""
    _refuse_closed(invitation)
    invitation.serial += 1
    invitation.expires_at = dates.now() + LIVES
    _send_soon(invitation)
    audit.record("invitation.renew", _subject(invitation), {})


def withdraw(invitation: Invitation) -> None:
    """Takes a held invitation back. Raises NotOpenError."""
    _refuse_closed(invitation)
    invitation.withdrawn_at, invitation.mail_due_at = dates.now(), None
    audit.record("invitation.withdraw", _subject(invitation), {})


def open_invitation(invitation_id: int, serial: int, *, held: bool = False) -> Invitation:
    """The invitation of this business that a link names. Raises NotOpenError."""
    # Held, it is what is kept by now, whatever was read before.
    lock = {"with_for_update": True, "populate_existing": True} if held else {}
    found = db.session.get(Invitation, (business_id(), invitation_id), **lock)  # type: ignore[arg-type]
    if found is None or found.serial != serial or found.expires_at <= dates.now():
        raise NotOpenError
    _refuse_closed(found)
    return found


def join(invitation_id: int, serial: int, session_id: int | None = None) -> None:
    """Makes this scope's person a member, and the session work here. Raises NotOpenError; a twin finds it used."""
    invitation, user_id = open_invitation(invitation_id, serial, held=True), current_scope().user_id or 0
    invitation.accepted_at, invitation.mail_due_at = dates.now(), None
    known = {"role": invitation.role, "franchisee_id": invitation.franchisee_id}
    joins = db.session.get(Membership, (business_id(), user_id)) is None
    if joins:
        db.session.add(Membership(business_id=business_id(), user_id=user_id, **known))
    db.session.flush()
    if session_id is not None:
        mine = update(UserSession).where(UserSession.id == session_id, UserSession.user_id == user_id)
        db.session.execute(mine.values(business_id=business_id()))
    if joins:
        changes = {field: (None, value) for field, value in known.items()}
        audit.record("membership.add", audit.Subject("user", user_id), changes)
    audit.record("invitation.accept", _subject(invitation), {})


def send_letters(business: int) -> None:
    """Sends what letters of invitations are due, each in units of work of its own, with none open while it is sent."""
    scope = Scope(business)
    while (letter := _taken_up(scope)) is not None:
        invitation_id, serial, text = letter
        posted = mail.post(scope, text)
        with unit_of_work(scope):
            _write_down(invitation_id, serial, posted)


def _taken_up(scope: Scope) -> tuple[int, int, Mail] | None:
    """A due letter, put off meanwhile: should this worker die, it is tried again, with the same link."""
    with unit_of_work(scope):
        now = dates.now()
        due = db.session.scalars(_due(now).with_for_update(skip_locked=True).limit(1)).first()
        if due is None:
            return None
        due.mail_due_at = now + AGAIN
        return due.id, due.serial, _letter(due)


def _due(now: datetime) -> Select[Invitation]:
    mine = select(Invitation).where(Invitation.business_id == business_id(), Invitation.mail_due_at <= now)
    return mine.where(Invitation.expires_at > now).order_by(Invitation.id)


def _write_down(invitation_id: int, serial: int, posted: Posted) -> None:
    invitation = db.session.get(Invitation, (business_id(), invitation_id), with_for_update=True)
    if invitation is None or invitation.serial != serial:
        return
    sent = posted.outcome is Outcome.SENT
    invitation.mail_fault = "" if sent else posted.reason or posted.outcome.value
    invitation.mailed_at = dates.now() if sent else None
    if posted.outcome is not Outcome.LATER:
        invitation.mail_due_at = None


def _letter(invitation: Invitation) -> Mail:
    business, language = own_business(), invitation.language
    inviter = db.session.get(User, invitation.invited_by_id) if invitation.invited_by_id else None
    with force_locale(language):
        words = {"name": inviter.name if inviter else business.name, "business": business.name}
        words |= {"role": role_name(Role(invitation.role)), "link": invitation_link(invitation.id, invitation.serial)}
        until = formats.date_time(invitation.expires_at, language, business.time_zone)
        text = _(
            "%(name)s invites you to work in the panel of %(business)s as: %(role)s.\n\n"
            "Open this link to join:\n%(link)s\n\n"
            "It works once, until %(until)s. If you expect no such letter, leave it alone: nothing happens then.",
            until=until,
            **words,
        )
        title = _("Your invitation to %(business)s", business=business.name)
    reference = f"{invitation.business_id}-invitation-{invitation.id}-{invitation.serial}"
    return Mail(reference, invitation.email, business.mail_sender or business.name, title, text, language)


def _send_soon(invitation: Invitation) -> None:
    """Has the letter sent, where e-mails leave the house; else the link is handed over by who invites."""
    goes = mail.leaves()
    invitation.mail_due_at, invitation.mailed_at, invitation.mail_fault = (dates.now() if goes else None), None, ""
    if goes:
        enqueue(JOB, business_id(), queue="messages")


def _refuse_known(email: str) -> None:
    members = select(User.id).join(Membership, Membership.user_id == User.id)
    if db.session.scalar(members.where(Membership.business_id == business_id(), User.email == email)) is not None:
        raise AlreadyUserError
    invited = select(Invitation.id).where(Invitation.business_id == business_id(), Invitation.email == email)
    open_ones = invited.where(Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None))
    if db.session.scalar(open_ones) is not None:
        raise AlreadyInvitedError


def _refuse_closed(invitation: Invitation) -> None:
    if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
        raise NotOpenError


def _subject(invitation: Invitation) -> audit.Subject:
    return audit.Subject("invitation", invitation.id)
