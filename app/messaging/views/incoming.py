"""What comes in: how many nobody has opened, and that someone did (MS-1)."""

from __future__ import annotations

from functools import cached_property

from flask import flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response as BaseResponse

from app.errors import Problem
from app.filters import language
from app.lib.formats import number
from app.messaging.forms import ReadForm
from app.messaging.queries import MOST_UNREAD, unread_count
from app.messaging.reading import read_all, read_message
from app.messaging.views.blueprint import blueprint
from app.permissions import Permission, requires
from app.web import go, own_address, page_of, render


class Unread:
    """What the top bar shows; asked for by pages alone that have one."""

    @cached_property
    def words(self) -> str:
        """The number in figures; '' for none."""
        found = unread_count()
        return f"{MOST_UNREAD - 1}+" if found == MOST_UNREAD else number(found, language()) if found else ""


@blueprint.app_context_processor
def unread() -> dict[str, object]:
    return {"unread": Unread()}


@blueprint.get("/messages/unread")
@requires(Permission.READ_MESSAGES)
def unread_number() -> BaseResponse:
    """How many there are now, for pages that stay open; by its address, which they are."""
    if not request.htmx:  # type: ignore[attr-defined]
        return go(url_for("messaging.index", unread="yes"))
    return render("messaging/_unread.html")


@blueprint.post("/messages/<int:message_id>/reading")
@requires(Permission.READ_MESSAGES)
def read(message_id: int) -> BaseResponse:
    """Opened is read: the page that shows a message sends this by itself."""
    read_message(message_id)
    if request.htmx:  # type: ignore[attr-defined]
        return render("messaging/_unread.html")
    return go(_back())


@blueprint.post("/messages/reading")
@requires(Permission.READ_MESSAGES)
def read_everything() -> BaseResponse:
    form = ReadForm()
    if not form.validate():
        raise Problem(400, _("This form is damaged."), _("Reload the page and send it again."))
    done = read_all(form.until.data)
    said = {"num": done, "number": number(done, language())}
    flash(ngettext("%(number)s message is read now.", "%(number)s messages are read now.", **said), "success")
    return go(url_for("messaging.index"))


def _back() -> str:
    return own_address(page_of(request.referrer or ""), url_for("messaging.index"))
