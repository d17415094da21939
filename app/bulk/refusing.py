"""What could not be done with a batch, told to people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask_babel import gettext as _

from app.bulk.services.reserving import shortage
from app.bulk.services.steering import (
    EndedError,
    NothingToDoError,
    SecondPersonError,
    ShortError,
    TooLongError,
    WrongStateError,
)
from app.bulk.words import state_words
from app.errors import Problem
from app.messaging.texts import MOST_SEGMENTS


@contextmanager
def told() -> Iterator[None]:
    """Turns what is refused into a Problem."""
    try:
        yield
    except WrongStateError as error:
        raise Problem(
            409,
            _("This is not possible now: the bulk action is “%(state)s”.", state=state_words(error.state)),
            _("Reload the page to see where it stands."),
        ) from None
    except NothingToDoError:
        raise Problem(409, _("Nobody would be reached."), _("Choose other customers, or another action.")) from None
    except ShortError as error:
        advice = _("Choose fewer customers, or raise the number of the series.")
        raise Problem(409, shortage(error.batch), advice) from None
    except TooLongError as error:
        raise Problem(
            409,
            _("This takes %(number)d SMS; at most %(most)d are sent.", number=error.most, most=MOST_SEGMENTS),
            _("Go back and shorten the text."),
        ) from None
    except EndedError:
        advice = _("Have it begin earlier, or go back and choose a later end date.")
        raise Problem(409, _("The end date of the message is over before it would begin."), advice) from None
    except SecondPersonError:
        advice = _("Ask someone whose limit is higher, and who did not begin it.")
        raise Problem(403, _("A second person has to approve this."), advice) from None
