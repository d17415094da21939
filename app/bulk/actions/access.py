"""Change the access type (BA-8)."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.bulk.actions.shared import PROGRAM_REASONS, program_choices
from app.bulk.actions.standing import Standing, StandingUndoing
from app.bulk.registry import Action, ActionForm, Values
from app.loyalty.kinds import access_labels
from app.loyalty.models import Access
from app.permissions import Permission


class AccessForm(ActionForm):
    program = SelectField(_l("Program"), [InputRequired()], coerce=int)
    given = SelectField(_l("Access type"), [InputRequired()], coerce=int)

    def offer(self) -> None:
        self.program.choices = program_choices()
        self.given.choices = [SelectChoice(str(int(each)), label) for each, label in access_labels().items()]


def _title(values: Values) -> str:
    return _("Change the access type to “%(name)s”", name=access_labels()[Access(values["given"])])


ACCESS = Action(
    key="access",
    label=_l("Change access type"),
    sign="shield",
    about=_l("Full access, Limited, No access or Blacklisted, in one program"),
    permission=Permission.EDIT_CUSTOMERS,
    form=AccessForm,
    title=_title,
    reasons={
        **PROGRAM_REASONS,
        "same_access": _l("Has this access type already"),
        "access_changed": _l("The access type was changed since"),
    },
    do=Standing({"access": "CAST(:given AS smallint)"}, ("n.access = :given", "same_access")),
    undo=StandingUndoing((("access", "smallint"),), ("n.access <> :given", "access_changed")),
    done=_l("Changed"),
)
