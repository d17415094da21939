"""What became of rows, and why, in words."""

from __future__ import annotations

from functools import cache

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import pgettext

from app.imports.models import ImportRow, RowState
from app.imports.services.reading import BROKEN, GONE, NO_ROWS, TOO_MANY
from app.imports.targets import targets

RUN_REASONS: dict[str, object] = {
    "taken_phone": _l("Another customer has this phone"),
    "taken_card": _l("Another customer has one of these cards"),
    "other_phone": _l("The customer with this card has another phone"),
    "left": _l("Left the program"),
    "blacklisted": _l("Blacklisted: takes part in no transaction"),
    "there": _l("Was written already"),
    "forgotten": _l("The row is not kept any more"),
    "active": _l("Has bought, or moved points, or holds coupons or offers since"),
    "written_to": _l("Was written to since"),
    "changed_since": _l("Was changed since"),
}
"""Why a row is passed over in the run, or in taking it back."""
REASONS: dict[str, object] = {
    **RUN_REASONS,
    "nobody": _l("Has neither a phone nor a card"),
    "no_plus": _l("The phone does not begin with +. Choose a country to read such phones"),
    "phone": _l("There is no such phone"),
    "rounded": _l("A spreadsheet has rounded this number. Make its column text there, and save the file anew"),
    "email": _l("This is no e-mail address"),
    "birthday": _l("A birthday lies between 1900 and today"),
    "day": _l("There is no such day. Write it as 1990-12-31"),
    "number": _l("This is no number, or it has too many digits"),
    "doubtful": _l("Can be read as thousands or as a fraction. Write 1200 or 1.2"),
    "points": _l("Points are a number from 0 on, with at most 2 digits behind the decimal sign"),
    "yes_no": _l("Answer yes or no"),
    "choice": _l("This is none of the answers to choose from"),
    "language": _l("A language is one of en, uk and ru"),
    "long_name": _l("A name has at most 300 characters"),
    "long_answer": _l("An answer has at most 1,000 characters"),
    "long_card": _l("A card number has at most 64 characters"),
    "many_cards": _l("A customer has at most 20 cards"),
    "two_cards": _l("The cards belong to two customers"),
    "too_long": _l("A cell is longer than 4 KiB"),
    "columns": _l("The row has more than 100 cells"),
    "cells": _l("The row has more cells than there are columns"),
    "quotes": _l("A quotation mark is not closed"),
    "unreadable": _l("There are characters that cannot be read. Choose another encoding"),
    "failed": _l("Failed: three tries were in vain"),
}
"""Why a row is refused."""
# What bulk actions know of any customer (app/bulk/words.py).
_BATCH_REASONS = {
    "gone": _l("Not among your customers any more"),
    "erased": _l("Deleted meanwhile"),
    "merged": _l("Merged with another record"),
}


def state_words(state: RowState) -> str:
    words = {
        RowState.NEW: pgettext("of a row of a file", "New"),
        RowState.UPDATED: _("Updated"),
        RowState.UNCHANGED: _("Unchanged"),
        RowState.REFUSED: _("Refused"),
    }
    return words[state]


class RowWords:
    """Why rows were not taken; made once for a page or a file, as it looks up what columns are called."""

    def __init__(self) -> None:
        self.labels = {each.key: each.label for each in targets()}
        # Of a hundred thousand rows nearly all have the same few reasons.
        self.reason = cache(self._reason)

    def _reason(self, reason: str, detail: str = "") -> str:
        """Why a row is refused, and in which of its cells that lies."""
        if reason == "double":
            return (
                _("The same customer as in row %(number)s", number=detail) if detail else _("The same customer again")
            )
        words = str(REASONS.get(reason) or _BATCH_REASONS.get(reason, reason))
        return f"{self.labels[detail]}: {words}" if detail in self.labels else words

    def row(self, row: ImportRow, later: str | None = None) -> str:
        """Why a row was not taken, by the run (`later`) or by the dry run."""
        return self.reason(later) if later else self.reason(row.reason, row.detail)


def fault_words(fault: str) -> str:
    """Why a file cannot be read."""
    words = {
        TOO_MANY: _("The file has more than 100,000 rows. Part it, or ask support to import it whole."),
        NO_ROWS: _("There is no row in the file behind its header."),
        BROKEN: _("The file cannot be read. Save it anew as CSV and send it again, or ask support."),
        GONE: _("The file is not kept any more. Send it again."),
    }
    return words.get(fault, fault)
