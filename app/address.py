"""Reading and writing addresses: what cannot be read is said, never guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _

from app.errors import BadAddress

LARGEST = 2**63 - 1


def whole_number(text: str, name: str, least: int = 1, most: int = LARGEST) -> int:
    """A whole number of an address. Raises BadAddress."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and least <= int(text) <= most):
        raise BadAddress(_("“%(name)s” in this address must be a whole number.", name=name))
    return int(text)


def refuse_unknown(args: Iterable[str], known: Iterable[str]) -> None:
    """Raises BadAddress where an address says something that its page does not read: never other rows than asked."""
    unknown = sorted(set(args) - set(known))
    if unknown:
        raise BadAddress(_("“%(name)s” means nothing in this address.", name=unknown[0][:40]))


def address(endpoint: str, *args: Mapping[str, str], **ids: int | None) -> str:
    """The address of a page, of the rows with these ids, with the given arguments in their order."""
    joined = {name: value for part in args for name, value in part.items()}
    path = url_for(endpoint, _anchor=None, _method=None, _scheme=None, _external=None, **ids)
    return path + ("?" + urlencode(joined) if joined else "")
