"""Secrets drawn with the form that makes them, so that the form sent twice makes one and shows it both times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

from flask_wtf import FlaskForm
from wtforms import HiddenField

from app.ciphers import decrypted, encrypted
from app.db import business_id, current_scope

SHOWN_AGAIN = timedelta(minutes=1)
"""For which a form that is sent twice shows its secret again."""


class MadeBeforeError(Exception):
    """What the form makes was made before."""


class DrawnForm(FlaskForm):  # type: ignore[misc]
    purpose: ClassVar[str]
    draw: ClassVar[Callable[[], str]]
    sealed = HiddenField()
    """The secret that is to be shown, encrypted."""

    def secret(self) -> str:
        """Drawn when the form is shown; drawn anew where it was not shown to this person of this business."""
        known = decrypted((self.sealed.data or "").encode(), self.purpose) or ""
        whose = f"{business_id()}:{current_scope().user_id}:"
        if not known.startswith(whose):
            known = whose + type(self).draw()
            self.sealed.data = encrypted(known, self.purpose).decode()
        return known.removeprefix(whose)
