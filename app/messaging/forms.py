"""What is asked about messages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, Field, IntegerField, StringField
from wtforms.validators import AnyOf, DataRequired, InputRequired, NumberRange

from app.forms import line


class CustomerForm(FlaskForm):  # type: ignore[misc]
    """Whose messages are looked for."""

    text = line(_l("Name, phone, e-mail or card"), DataRequired(_l("Type what the customer is known by.")), longest=100)


class ReadForm(FlaskForm):  # type: ignore[misc]
    """When the page was drawn: what came in after it stays unread."""

    until = DateTimeLocalField(format="%Y-%m-%dT%H:%M:%S.%f%z", validators=[InputRequired()])


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """What a simulated phone writes to the business."""

    text = line(_l("Answer from this phone"), DataRequired(_l("Type what the phone writes.")), longest=480)


class FateForm(FlaskForm):  # type: ignore[misc]
    """What became of a message, as a person says."""

    arrived = StringField(validators=[AnyOf(("yes", "no"))])


_WRONG = _l("Enter a whole number from 0 to 100.")


def _percent(label: object) -> Field:
    return IntegerField(label, validators=[InputRequired(_WRONG), NumberRange(0, 100, _WRONG)])


class HabitForm(FlaskForm):  # type: ignore[misc]
    """How the simulator treats messages; shares are of all messages, in percent."""

    delay = IntegerField(
        _l("Seconds until a message arrives, at most"),
        validators=[
            InputRequired(_l("Enter whole seconds, up to 3600.")),
            NumberRange(0, 3600, _l("Enter whole seconds, up to 3600.")),
        ],
    )
    refused = _percent(_l("Refused at once"))
    failed = _percent(_l("Taken, but not delivered"))
    dropped = _percent(_l("Taken, but the answer is lost"))
    timed_out = _percent(_l("Not taken, and no answer"))
    throttled = _percent(_l("Too many at once"))
    doubled = _percent(_l("Receipts that come twice"))
    shuffled = _percent(_l("Receipts in the wrong order"))
    late = _percent(_l("Receipts that come late"))
    seed = IntegerField(
        _l("Seed of chance"),
        validators=[InputRequired(_l("Enter a whole number.")), NumberRange(0, 2**31, _l("Enter a whole number."))],
    )
