"""What an admin says of a question of the questionnaire (LP-7)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, Form, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice

from app.forms import KeptForm, name_line
from app.lib.texts import has_control_characters, one_line
from app.loyalty.kinds import kind_labels
from app.loyalty.models import FieldKind
from app.loyalty.services.questionnaire import Asked

LONGEST_CHOICE = 100
MOST_CHOICES = 100

Line = tuple[int | None, str]


class ChoicesField(Field):  # type: ignore[misc]
    """Choices in their order. Each line sends the id of the choice that it was and its name, so that a choice that is
    renamed keeps its answers; `known` are the ids that the question has.
    """

    known: Collection[int] = ()
    wanted = True

    def process_data(self, value: Sequence[Line] | None) -> None:
        self.data = tuple(value or ())

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        if valuelist:
            self.data = tuple(zip(map(_id, valuelist[::2]), map(one_line, valuelist[1::2]), strict=False))

    @property
    def lines(self) -> Sequence[Line]:
        """What stands in the lines of the form: at least one, to type into."""
        return self.data or ((None, ""),)

    @property
    def filled(self) -> tuple[Line, ...]:
        """The choices without empty lines; an id that is not the question's, or stood before, is a new choice."""
        ids = [number if number in self.known else None for number, _name in self.data]
        first = [number if number not in ids[:place] else None for place, number in enumerate(ids)]
        return tuple((number, name) for number, (_id, name) in zip(first, self.data, strict=True) if name)

    def arrange(self, move: str) -> None:
        """Adds an empty line, takes one out, or moves it: add, remove:2, up:2, down:2."""
        way, _colon, place = move.partition(":")
        lines = list(self.lines)
        here = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else len(lines)
        if way == "add":
            lines.append((None, ""))
        elif here < len(lines):
            line = lines.pop(here)
            if way in ("up", "down"):
                lines.insert(max(0, here - 1) if way == "up" else here + 1, line)
        self.data = tuple(lines)

    def words(self, value: Sequence[Line]) -> str:
        return ", ".join(name for _number, name in value) or "–"

    def pre_validate(self, form: Form) -> None:
        names = [name for _number, name in self.filled]
        if not self.wanted:
            return
        if not names:
            raise ValidationError(_("Enter at least one choice."))
        if len(names) > MOST_CHOICES:
            raise ValidationError(_("A question has at most %(number)d choices.", number=MOST_CHOICES))
        if len({name.casefold() for name in names}) < len(names):
            raise ValidationError(_("Two choices have the same name."))
        if any(len(name) > LONGEST_CHOICE for name in names):
            raise ValidationError(_("A choice has at most %(max)d characters.", max=LONGEST_CHOICE))
        if any(map(has_control_characters, names)):
            raise ValidationError(_("Remove the characters that cannot be seen."))


class QuestionForm(KeptForm):
    """Over an `Asked`; the kind of an existing question is fixed, as there are answers of it."""

    fields = ("name", "required", "choices")

    name = name_line()
    required = BooleanField(_l("Must be answered"))
    choices = ChoicesField(_l("Choices"))

    def asked(self) -> Asked:
        """What a valid form says."""
        choices = self.choices.filled if self.choices.wanted else ()
        return Asked(self.name.data, self.required.data, choices)


class NewQuestionForm(QuestionForm):
    kind = SelectField(_l("Answered by"))

    def offer(self) -> None:
        """Sets what can be chosen, and whether choices are needed."""
        self.kind.choices = [SelectChoice(kind.name.lower(), label) for kind, label in kind_labels().items()]
        self.choices.wanted = self.kind.data == FieldKind.CHOICE.name.lower()

    @property
    def chosen_kind(self) -> FieldKind:
        return FieldKind[self.kind.data.upper()]


def _id(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
