"""Reading and writing addresses: what cannot be read is said, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.routing import IntegerConverter

from app.errors import BadAddress

View = TypeVar("View", bound=Callable[..., Any])
Member = TypeVar("Member", bound=IntEnum)

LARGEST = 2**63 - 1
"""The largest id that a row can have."""
ANYTHING = "*"
UNSENT = "unsent"
"""Names a form that is kept as it could not be carried out: any page may be asked to show it (app/unsent_forms.py)."""


class Number(IntegerConverter):
    """An id in an address: one that no row can have is not found, nor a row by another spelling of its id.

    The pattern alone tells: a number that fits it and is refused later would be a wrong method where an address has
    several. So many digits always fit a bigint, and no row will have more.
    """

    regex = "[1-9][0-9]{0,17}"


def takes(*names: str) -> Callable[[View], View]:
    """Names the arguments that a view reads from its address; one that names none takes none, ANYTHING any."""

    def mark(view: View) -> View:
        view.arguments = frozenset(names)  # type: ignore[attr-defined]
        return view

    return mark


def refuse_unknown(view: Callable[..., Any], args: MultiDict[str, str]) -> None:
    """Raises BadAddress for an argument that the view does not read, or that stands there twice."""
    known: frozenset[str] = getattr(view, "arguments", frozenset()) | {UNSENT}
    for name, values in args.lists():
        if name not in known and ANYTHING not in known:
            raise BadAddress(_("“%(name)s” means nothing in this address.", name=name[:40]))
        if len(values) > 1 and ANYTHING not in known:
            raise BadAddress(_("“%(name)s” stands more than once in this address.", name=name[:40]))


def number_of(text: str) -> int:
    """A whole number that a form sent, 0 for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def whole_number(text: str, name: str, least: int = 1, most: int = LARGEST) -> int:
    """A whole number of an address. Raises BadAddress."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and least <= int(text) <= most):
        raise BadAddress(_("“%(name)s” in this address must be a whole number.", name=name))
    return int(text)


def member(members: type[Member], args: Mapping[str, str], name: str) -> Member | None:
    """What an address names in lower case. Raises BadAddress."""
    text = args.get(name, "")
    if not text:
        return None
    known = {member.name.lower(): member for member in members}
    if text not in known:
        raise BadAddress(_("There is no such “%(name)s” as this address names.", name=name))
    return known[text]


def address(endpoint: str, *args: Mapping[str, str], **ids: int | None) -> str:
    """The address of a page, of the rows with these ids, with the given arguments in their order."""
    joined = {name: value for part in args for name, value in part.items()}
    path = url_for(endpoint, _anchor=None, _method=None, _scheme=None, _external=None, **ids)
    return path + ("?" + urlencode(joined) if joined else "")
