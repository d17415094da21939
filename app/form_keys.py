"""Each form is carried out once: its hidden key goes in first, a twin waits for it and gets the same answer."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar, cast

from flask import Request, g, request
from flask_babel import gettext as _
from sqlalchemy import (
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Table,
    Text,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from app.db import business_id, current_scope, unit_of_work
from app.errors import Problem, SentBefore
from app.extensions import Base, db
from app.lib import dates
from app.lib.columns import BusinessKey, Created
from app.scope import Scope

View = TypeVar("View", bound=Callable[..., object])

FIELD = "form_key"
KEPT = timedelta(days=30)
"""Far longer than a session: no form that is older can be sent."""
_UNHASHED = {"csrf_token"}
_SECRET = re.compile("password|one_time_code|sealed")


class FormKey(Base):
    """The hidden key of a form that was sent, and where its answer led (RELIABILITY)."""

    __tablename__ = "form_key"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]), Index(None, "created_at"))

    business_id: Mapped[BusinessKey]
    key: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    location: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[Created]


# Every form goes through these two: made once and of the table, they take a third of the time of the model's.
_TABLE = cast(Table, FormKey.__table__)
_TAKE = insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key)
_ANSWER = update(_TABLE).where(_TABLE.c.business_id == bindparam("business"), _TABLE.c.key == bindparam("taken"))


def answered_before() -> str | None:
    """Where the answer led that this form got already; None, and the key taken, when it is sent for the first time.

    Raises SentBefore when the key came with other content.
    """
    if FIELD not in request.form:
        return None
    key, content = _key(request.form[FIELD]), _content(request)
    row = {"business_id": business_id(), "key": key, "user_id": current_scope().user_id, "request_hash": content}
    # A twin in flight waits here until the first is committed or rolled back.
    if db.session.execute(_TAKE, row).first():
        g.form_key = key
        return None
    found = select(FormKey).where(FormKey.business_id == business_id(), FormKey.key == key)
    known = db.session.scalars(found).one_or_none()
    if known is None or known.request_hash != content or known.location is None:
        raise SentBefore()
    return known.location


def occasion() -> str:
    """What makes the act of the form at hand happen once, for services that keep a key."""
    return f"form:{g.get('form_key') or uuid.uuid4()}"


def remember(response: BaseResponse) -> None:
    """Keeps where a form's answer led, in the same transaction as what it did."""
    key, location = g.pop("form_key", None), led_to(response)
    if key is not None and location:
        db.session.execute(_ANSWER, {"business": business_id(), "taken": key, "location": location})


def led_to(response: BaseResponse) -> str | None:
    """Where a form that is carried out leads; None for an answer that shows the form again."""
    return response.location or response.headers.get("HX-Redirect")


def sealed(view: View) -> View:
    """For a view whose address is its own token, as links in messages are: it needs none of a form of ours."""
    view.is_sealed = True  # type: ignore[attr-defined]
    return view


def keyless(view: View) -> View:
    """For a view that writes nothing, as its form is shown on, or that sees to it by itself that it writes once."""
    view.is_keyless = True  # type: ignore[attr-defined]
    return view


def is_secret(name: str) -> bool:
    """Whether what is typed into a field of this name is kept nowhere, nor a hash of it that could be guessed."""
    return bool(_SECRET.search(name))


def is_sealed(view: object) -> bool:
    return getattr(view, "is_sealed", False)


def is_keyless(view: object) -> bool:
    return getattr(view, "is_keyless", False)


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Problem(400, _("This form is damaged."), _("Reload the page and send it again.")) from None


def _content(sent: Request) -> bytes:
    said = ((name, value) for name, value in sent.form.items(multi=True) if name not in _UNHASHED)
    fields = sorted((name, value) for name, value in said if not is_secret(name))
    files = [(name, _digest(file)) for name, file in sent.files.items(multi=True)]
    return hashlib.sha256(repr((sent.path, fields, *files)).encode()).digest()


def _digest(file: FileStorage) -> bytes:
    found = hashlib.file_digest(file.stream, "sha256").digest()  # type: ignore[arg-type]
    file.stream.seek(0)
    return found


def forget_old() -> int:
    """Removes keys that no form can come with again, some thousand at once; answers with their number."""
    with unit_of_work(Scope(None)):
        return int(db.session.execute(select(func.forget_form_keys(dates.now() - KEPT))).scalar_one())
