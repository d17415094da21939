"""A form that was sent when the session had ended, or after a switch to another business: kept for who filled it in,
and shown again after signing in or switching back.

It is never carried out by itself. To be shown it is rehearsed: its view runs as if the form had just been sent,
without a token, so that it refuses, in a unit of work that is given up. What it shows then is its own page with
what was entered, as when something in it is wrong; so no view knows of this.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import abort, current_app, flash, g, redirect, request, session
from flask.ctx import RequestContext
from flask.sessions import SecureCookieSession
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import validate_csrf
from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, Text, delete, func, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse
from wtforms import ValidationError

from app import form_keys
from app.address import UNSENT
from app.db import GivenUpError, business_id, current_scope, given_up, unit_of_work
from app.errors import BadAddress
from app.extensions import Base, db
from app.lib.columns import BusinessKey, Created
from app.permissions import permission_of
from app.scope import Scope

Fields = list[list[str]]
"""Name and value of each field, in their order."""

TOKEN = "csrf_token"  # noqa: S105 - the name of a field
MOST_FORMS = 20
MOST_BYTES = 64 * 2**10


class UnsentForm(Base):
    """What a person entered; seen by it alone, in that business, for an hour."""

    __tablename__ = "unsent_form"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        Index(None, "business_id", "user_id", "created_at"),
        Index(None, "created_at"),
    )

    business_id: Mapped[BusinessKey]
    key: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    path: Mapped[str] = mapped_column(Text)
    """Where it was sent to."""
    fields: Mapped[Fields] = mapped_column(JSONB)
    created_at: Mapped[Created]


def note_workplace() -> None:
    """Remembers in the signed cookie of forms who works in the browser and where, beyond the session's end."""
    here = [current_user.user_id, current_user.workplace.id]
    if session.get("workplace") != here:
        session["workplace"] = here


def last_workplace() -> tuple[int, int] | None:
    """The user who worked in this browser last, and the business."""
    user, business = session.get("workplace") or (None, None)
    return (user, business) if user and business else None


def keep() -> uuid.UUID | None:
    """Keeps the form that this request sent for the person and the business that this browser worked for."""
    last = last_workplace()
    if last is None or request.form.get("business_id") != str(last[1]):
        return None
    return keep_for(*last)


def keep_for(user: int, business: int) -> uuid.UUID | None:
    """Keeps the form that this request sent, in a unit of work of its own; None for what cannot be kept.

    Only a form of our own page is kept.
    """
    fields = fields_sent()
    if not (_has_token() and _fits(fields)):
        return None
    with unit_of_work(Scope(business, user)):
        if business not in db.session.scalars(text("SELECT business_id FROM own_businesses()")).all():
            return None
        kept = UnsentForm(business_id=business, key=uuid.uuid4(), user_id=user, path=request.path, fields=fields)
        db.session.add(kept)
        db.session.flush()
        _forget_older()
        return kept.key


def fields_sent() -> Fields:
    """What this request's form holds, but for its token, the key it was kept under before, and secrets."""
    sent = request.form.items(multi=True)
    return [[name, value] for name, value in sent if name not in (TOKEN, UNSENT) and not form_keys.is_secret(name)]


def is_named_in(address: str) -> bool:
    """Whether an address leads to a form that is kept."""
    return UNSENT in parse_qs(urlsplit(address).query)


def named_in(address: str, key: uuid.UUID | None) -> str:
    """The address of a page, with the kept form that it is to show; with none for None."""
    parts = urlsplit(address)
    others = [(name, value) for name, values in parse_qs(parts.query).items() for value in values if name != UNSENT]
    query = urlencode([*others, (UNSENT, str(key))] if key else others)
    return parts.path + ("?" + query if query else "")


def resume() -> BaseResponse:
    """The page that this address asks for, with the kept form that it names; without it when it is kept no more."""
    page = redirect(named_in(request.full_path, None))
    kept = _kept(request.args[UNSENT])
    if kept is None:
        flash(_("What you had entered is no longer kept."), "message")
        return page
    g.unsent = kept.key
    shown = rehearse(kept.path, kept.fields)
    if shown is None:
        flash(said(), "message")
        return page
    if shown.status_code >= 400:
        shown.status_code = 200
    return shown


def shown_key() -> str:
    """The key of the kept form that this page shows, for its forms to carry; '' for none."""
    try:
        return str(g.get("unsent") or request.form.get(UNSENT, ""))
    except RequestEntityTooLarge:  # a form that is too large is not read for the page that says so either
        return ""


def forget(response: BaseResponse) -> None:
    """Lets go of the kept form that this request has carried out at last, in the same unit of work."""
    key = _number(request.form.get(UNSENT, "")) if form_keys.led_to(response) else None
    if key is not None and current_scope().business_id is not None:
        mine = UnsentForm.business_id == business_id(), UnsentForm.user_id == current_scope().user_id
        db.session.execute(delete(UnsentForm).where(*mine, UnsentForm.key == key, UnsentForm.path == request.path))


def rehearse(path: str, fields: Fields) -> BaseResponse | None:
    """The page on which the form at `path` is refused, as filled in; None for one that would be carried out.

    One that was carried out already leads to where it led. Raises what its view raises.
    """
    tried = SecureCookieSession(session)
    panel = current_app._get_current_object()  # type: ignore[attr-defined]
    with RequestContext(panel, _sending(path, fields), session=tried):
        if not request.htmx:  # type: ignore[attr-defined]
            flash(said(), "message")
        try:
            with given_up():
                if led := form_keys.answered_before():
                    return redirect(led, 303)
                answer = _answer()
        except GivenUpError:
            return None
        finally:
            g.pop("form_key", None)
    if answer.status_code < 400:
        return None
    session.clear()
    session.update(tried)
    return answer


def _answer() -> BaseResponse:
    if request.routing_exception is not None or request.endpoint is None:
        abort(404)
    view: Callable[..., Any] = current_app.view_functions[request.endpoint]
    if not current_user.may(permission_of(view)):
        abort(403)
    return current_app.make_response(view(**(request.view_args or {})))


def _sending(path: str, fields: Fields) -> dict[str, object]:
    """This request as one that sends the form."""
    body = urlencode([(name, value) for name, value in fields]).encode()
    return request.environ | {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }


def said() -> str:
    """What became of a form that is shown again."""
    return _(
        "You were signed out or had switched to another business, so this was not carried out."
        " Look through it and send it again."
    )


def _kept(key: str) -> UnsentForm | None:
    number = _number(key)
    if number is None:
        raise BadAddress(_("“%(name)s” in this address names nothing.", name=UNSENT))
    return db.session.get(UnsentForm, (business_id(), number))


def _number(key: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(key)
    except ValueError:
        return None


def _has_token() -> bool:
    try:
        validate_csrf(request.form.get(TOKEN))
    except ValidationError:
        return False
    return True


def _fits(fields: Fields) -> bool:
    written = json.dumps(fields, ensure_ascii=False)
    return len(written.encode()) <= MOST_BYTES and not any("\0" in part for field in fields for part in field)


def _forget_older() -> None:
    mine = (UnsentForm.business_id == business_id(), UnsentForm.user_id == current_scope().user_id)
    newest = select(UnsentForm.key).where(*mine).order_by(UnsentForm.created_at.desc()).limit(MOST_FORMS)
    db.session.execute(delete(UnsentForm).where(*mine, UnsentForm.key.not_in(newest)))


def forget_old() -> int:
    """Removes what nobody sees any more, in a unit of work of its own; answers with their number."""
    with unit_of_work(Scope(None)):
        return int(db.session.execute(select(func.forget_unsent_forms())).scalar_one())
