"""What pages answer that would send to an address which takes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import gettext as _

from app.errors import Problem
from app.webhooks.services.endpoints import DisabledError


@contextmanager
def sendable() -> Iterator[None]:
    """Raises Problem 409 for an address that is disabled."""
    try:
        yield
    except DisabledError:
        raise Problem(409, _("This address is disabled, so nothing is sent to it."), _("Enable it first.")) from None
