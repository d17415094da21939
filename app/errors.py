"""What went wrong, in words for the person who met it: what happened and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy.exc import DBAPIError, OperationalError
from werkzeug.exceptions import HTTPException

WORDS = {
    400: (lazy_gettext("This address cannot be read."), lazy_gettext("Part of it is missing or was changed.")),
    403: (
        lazy_gettext("Your role does not include this page."),
        lazy_gettext("An administrator of the business can give you another role."),
    ),
    404: (
        lazy_gettext("There is nothing here."),
        lazy_gettext("It was moved or removed, or belongs to another business."),
    ),
    405: (lazy_gettext("This cannot be done at this address."), lazy_gettext("Go back and try again.")),
    409: (
        lazy_gettext("Something changed meanwhile."),
        lazy_gettext("Reload the page to see how it is now, and try again."),
    ),
    413: (lazy_gettext("That was too large to be sent."), lazy_gettext("Shorten it and try again.")),
    429: (lazy_gettext("Too many attempts."), lazy_gettext("Wait a little and try again.")),
    500: (
        lazy_gettext("Something went wrong on our side."),
        lazy_gettext("Nothing was changed. Try again; if it happens again, tell support when it was."),
    ),
    503: (lazy_gettext("This page is busy or being updated."), lazy_gettext("Try again in a minute.")),
}


class Problem(HTTPException):
    """An answer that is not a page: its status, what happened, and what to do."""

    def __init__(self, status: int, title: str, advice: str = "") -> None:
        super().__init__(title)
        self.code = status
        self.title = title
        self.advice = advice


class SentBefore(Problem):
    """A form was carried out before, and what it was answered cannot be told again."""

    def __init__(self) -> None:
        super().__init__(409, _("This form was sent already."), _("Reload the page to see what became of it."))


@dataclass(frozen=True)
class WayBack:
    """A business of the person's, and the page to see there."""

    business: int
    name: str
    page: str


class LeftBusiness(Problem):
    """A form was meant for another business than the person works in now (PR-1)."""

    def __init__(self, back: WayBack | None) -> None:
        advice = (
            _(
                "What you entered is kept. Switch back to %(business)s, look through it and send it again.",
                business=back.name,
            )
            if back
            else _("Switch back to the business that you filled in the form for, and send it again.")
        )
        title = _("You switched to another business in another tab, so this was not carried out there.")
        super().__init__(409, title, advice)
        self.back = back


class BadAddress(Problem):
    """An address names something that cannot be: 400, and never other rows than asked."""

    def __init__(self, title: str) -> None:
        super().__init__(400, title, _("Follow the link below to start from a page that works."))


@dataclass(frozen=True)
class Shown:
    """What the error page shows."""

    status: int
    title: str
    advice: str
    back: WayBack | None = None


def problem_of(error: Exception) -> Shown:
    """The words for any error; one that nobody foresaw is a 500, a database that is away a 503."""
    if isinstance(error, Problem):
        return Shown(error.code or 500, error.title, error.advice, getattr(error, "back", None))
    status = error.code or 500 if isinstance(error, HTTPException) else _status(error)
    title, advice = WORDS.get(status) or WORDS[500 if status >= 500 else 400]
    return Shown(status, str(title), str(advice))


def page_at(path: str) -> str:
    """The template that shows it; customers and salespeople are told nothing of the panel (MY-1, WL-1, TE-0)."""
    if f"{path}/".startswith("/kiosk/"):
        return "errors/at_kiosk.html"
    if f"{path}/".startswith("/terminal/"):
        return "errors/at_terminal.html"
    return "errors/of_customers.html" if f"{path}/".startswith(("/my/", "/u/", "/l/")) else "errors/error.html"


def _status(error: Exception) -> int:
    away = isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated)
    return 503 if away else 500
