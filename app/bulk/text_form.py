"""The text of an action in its form: for the message itself, and for actions that tell of themselves (BA-1, BA-5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import NoResultFound
from wtforms import ValidationError

from app.bulk.registry import ActionForm
from app.bulk.telling import Telling, Wording, wording_of
from app.forms import DayField
from app.identity import workplace
from app.languages_field import LanguagesField
from app.lib import dates
from app.messaging.models import MessageTemplate, Way
from app.messaging.text_fields import LONGEST_TEXT, check_texts
from app.messaging.texts import VARIABLES

MOST_DAYS = 365


class TextForm(ActionForm):
    """A form whose action tells customers by its `texts`."""

    telling: Telling

    @cached_property
    def wording(self) -> Wording | None:
        """What it tells as it stands; None where nobody is told, and while program or channel is not said."""
        try:
            return wording_of(self.telling, self.kept())
        except (NoResultFound, TypeError, ValueError):
            return None

    @property
    def way(self) -> Way | None:
        return self.wording.way if self.wording else None

    @property
    def variables(self) -> Mapping[str, object]:
        """Those that the text may have, and how people call them."""
        return {**VARIABLES, **(self.telling.known or {})}

    def write(self, template: MessageTemplate) -> None:
        """Puts a template in place of what stands there."""
        written = {"texts": template.texts, "titles": template.titles, "channel": template.channel}
        for name, value in written.items():
            if name in self:
                self[name].process_data(value)

    def validate_texts(self, field: LanguagesField) -> None:
        if self.way is not None:
            check_texts(self.way, field.data, self.variables)


def blank_text(hint: object) -> LanguagesField:
    """The text of an action that tells of itself also where nobody wrote one."""
    return LanguagesField(_l("Text for the customer"), LONGEST_TEXT, lines=True, description=hint)


class EndField(DayField):
    """The last day on which a message is of use; kept as 2026-12-31."""

    def process_data(self, value: object) -> None:
        super().process_data(date.fromisoformat(value) if isinstance(value, str) and value else value)

    def pre_validate(self, form: object) -> None:
        today = dates.now().astimezone(ZoneInfo(workplace().time_zone)).date()
        if self.data and not today <= self.data <= today + timedelta(days=MOST_DAYS):
            raise ValidationError(_("Choose a day from today on, within a year."))
