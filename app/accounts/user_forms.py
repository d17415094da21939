"""What an administrator says about users, and what who is invited says of itself (PR-5)."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from wtforms import Field, PasswordField, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length

from app.accounts.passwords import LONGEST, SHORTEST, is_easy
from app.accounts.roles import role_name
from app.businesses.models import Franchisee
from app.forms import KeptForm, line
from app.locale import LANGUAGES
from app.permissions import Role

LONGEST_EMAIL = 254


def _id(text: object) -> int | None:
    return int(str(text)) if text else None


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


class RoleForm(KeptForm):
    """A role and, of a location operator, its franchisee; over a membership."""

    fields = ("role", "franchisee_id")

    role = RadioField(_l("Role"), validators=[InputRequired(_l("Choose a role."))])
    franchisee_id = SelectField(_l("Franchisee"), coerce=_id)

    def offer(self, franchisees: Sequence[Franchisee], current: int | None = None) -> None:
        """Sets what can be chosen: franchisees in use, and the present one even if it is not."""
        listed = [each for each in franchisees if each.archived_at is None or each.id == current]
        self.role.choices = [SelectChoice(str(role), role_name(role)) for role in Role]
        none = SelectChoice("", _("Choose one") if listed else _("There is none yet"))
        self.franchisee_id.choices = [none, *(SelectChoice(str(each.id), each.name) for each in listed)]

    def validate_franchisee_id(self, field: Field) -> None:
        if self.role.data != Role.LOCATION_OPERATOR:
            field.data = None
        elif field.data is None:
            some = len(field.choices) > 1
            raise ValidationError(
                _("Choose whose points of sale this person works for.")
                if some
                else _("A location operator works for a franchisee: add one first.")
            )


class InvitationForm(RoleForm):
    email = line(
        _l("E-mail"),
        DataRequired(_l("Enter an e-mail.")),
        Email(_l("Enter an e-mail address such as anna@example.com.")),
        longest=LONGEST_EMAIL,
        filters=(_lower,),
    )
    language = SelectField(_l("Language of the letter"), choices=[SelectChoice(*each) for each in LANGUAGES.items()])


class NewAccountForm(FlaskForm):  # type: ignore[misc]
    """Who joins without an account names itself and chooses a password; `known` is what a guesser knows besides."""

    known: Sequence[str] = ()
    name = line(lazy_pgettext("of a person", "Name"), DataRequired(_l("Enter your first and last name.")), longest=100)
    password = PasswordField(
        _l("Password"),
        validators=[
            InputRequired(_l("Choose a password.")),
            Length(SHORTEST, LONGEST, _l("A password has %(min)d to %(max)d characters.")),
        ],
    )

    def validate_password(self, field: Field) -> None:
        if is_easy(field.data, [*self.known, self.name.data or ""]):
            raise ValidationError(
                _("This is easy to guess: it is a common one, or made of your name or of rows of keys.")
            )
