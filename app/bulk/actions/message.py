"""Send a message, in each customer's language and with its own values (BA-1)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.bulk.actions.amounts import offer_programs, program_field
from app.bulk.actions.shared import ENROLMENT, REFUSALS
from app.bulk.models import Batch
from app.bulk.registry import ERASED, Action, Claim, Doubts, Values, wording_for
from app.bulk.telling import Telling
from app.bulk.text_form import EndField, TextForm
from app.db import business_id
from app.extensions import db
from app.filters import language
from app.forms import line
from app.identity import person
from app.languages_field import LanguagesField
from app.lib import dates
from app.lib.texts import in_language, preview
from app.loyalty.models import Program
from app.messaging.models import Way
from app.messaging.services.reaching import refusals
from app.messaging.services.templates import NameTakenError, TooManyError, create_template
from app.messaging.templates import lock_templates, ways_offered
from app.messaging.text_fields import LONGEST_TEXT, LONGEST_TITLE, check_titles
from app.permissions import Permission


def _program(values: Values) -> Program:
    return db.session.get_one(Program, (business_id(), values["program"]))


TELLING = Telling(_program)


class MessageForm(TextForm):
    telling = TELLING

    program = program_field()
    channel = SelectField(_l("Channel"), [InputRequired()])
    titles = LanguagesField(
        _l("Title"),
        LONGEST_TITLE,
        description=_l(
            "The subject of an e-mail, or the head of a push. An SMS has none: it begins with the program's name."
        ),
    )
    texts = LanguagesField(
        _l("Text"),
        LONGEST_TEXT,
        lines=True,
        needed=True,
        description=_l(
            "Who reads another language gets the first text that is there."
            " The program's signature comes behind it by itself."
        ),
    )
    ends = EndField(
        _l("End date"), description=_l("After this day it is not sent any more, and customers see it as expired.")
    )
    keep_as = line(_l("Keep the text as a template named"), longest=100)

    def offer(self) -> None:
        offer_programs(self.program)
        self.channel.choices = [SelectChoice(way.value, label) for way, label in ways_offered().items()]
        if self.channel.data is None and not self.channel.raw_data and (way := self.way):
            self.channel.data = way.value
        if not person().may(Permission.EDIT_TEMPLATES):
            del self.keep_as

    def kept(self) -> dict[str, Any]:
        """A template is kept once; an SMS has no title, so one typed before the channel was chosen is let go."""
        kept = {name: value for name, value in super().kept().items() if name != "keep_as"}
        titled = self.channel.data in (Way.PUSH, Way.EMAIL)
        return {
            **kept,
            "titles": kept["titles"] if titled else {},
            "ends": self.ends.data and self.ends.data.isoformat(),
        }

    def validate_titles(self, field: Field) -> None:
        if self.way is not None:
            check_titles(self.way, field.data, self.texts.data, self.variables)

    def accepted(self) -> bool:
        name = self.keep_as.data if "keep_as" in self else ""
        if not name:
            return True
        lock_templates()
        try:
            kept = self.kept()
            create_template({"name": name, **{each: kept[each] for each in ("channel", "titles", "texts")}})
        except NameTakenError:
            self.keep_as.errors = [_("Another template has this name already.")]
        except TooManyError:
            self.keep_as.errors = [_("There are too many templates already. Delete one first.")]
        return not self.keep_as.errors


class Sending:
    """Its message is the whole of it."""

    def doubts(self, batch: Batch) -> Doubts:
        wording = wording_for(batch)
        if wording and wording.ends_at and wording.ends_at <= dates.now():
            return Doubts((("true", "ended"),))
        arms = refusals(Way(batch.values["channel"]))
        return Doubts(arms, ENROLMENT, values={"in_program": batch.values["program"]})

    def step(self, claim: Claim) -> int:
        return 0


def _title(values: Values) -> str:
    if ERASED in values:
        return _("Message whose text was erased")
    said = in_language(values["titles"], language()) or in_language(values["texts"], language())
    return _("Message “%(text)s”", text=preview(said, 60))


MESSAGE = Action(
    key="message",
    label=_l("Send a message"),
    sign="send",
    about=_l("By SMS, push or e-mail, with the customer's name, points or card in it"),
    permission=Permission.BULK_ACTIONS,
    form=MessageForm,
    title=_title,
    reasons={**REFUSALS, "ended": _l("The end date of the message is over")},
    do=Sending(),
    done=_l("Written"),
    telling=TELLING,
)
