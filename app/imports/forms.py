"""What people say of a file: which it is, how it is read, what its columns hold."""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import FieldList, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice

from app.accounts.proving import ProofForm
from app.errors import BadAddress, Problem
from app.filters import language
from app.identity import workplace
from app.imports.models import ImportJob
from app.imports.parsing import MOST_BYTES, Format
from app.imports.targets import LEFT_OUT, MappingError, targets
from app.lib.countries import countries
from app.loyalty.queries import program_options

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
NAMES = {delimiter: name for name, delimiter in DELIMITERS.items()}
READING = ("delimiter", "encoding", "header")
"""What of an address says how a file is read."""


class UploadForm(FlaskForm):  # type: ignore[misc]
    file = FileField(_l("The file"), validators=[FileRequired(_l("Choose a file."))])
    most_bytes = MOST_BYTES


class ReadingForm(FlaskForm):  # type: ignore[misc]
    """How a file is read. It stands in the address, so that a look writes nothing, and again beside the columns."""

    class Meta:
        csrf = False

    delimiter = SelectField(
        _l("Between cells"),
        choices=[
            SelectChoice("comma", _l("Comma ,")),
            SelectChoice("semicolon", _l("Semicolon ;")),
            SelectChoice("tab", _l("Tab")),
            SelectChoice("bar", _l("Bar |")),
        ],
    )
    encoding = SelectField(
        _l("Letters"),
        choices=[
            SelectChoice("utf-8", "UTF-8"),
            SelectChoice("utf-8-sig", _l("UTF-8 with BOM")),
            SelectChoice("utf-16", "UTF-16"),
            SelectChoice("cp1251", "Windows-1251"),
        ],
    )
    header = SelectField(
        _l("First row"),
        choices=[SelectChoice("yes", _l("Names of the columns")), SelectChoice("no", _l("A customer"))],
    )

    @classmethod
    def of(cls, job: ImportJob) -> ReadingForm:
        """As the form or the address says, and as was guessed where they say nothing. Raises BadAddress."""
        known = {
            "delimiter": NAMES[job.delimiter],
            "encoding": job.encoding,
            "header": "yes" if job.has_header else "no",
        }
        form = cls(request.form if request.method == "POST" else request.args, data=known)
        if not form.validate():
            raise BadAddress(_("The file cannot be read as this address says."))
        return form

    @property
    def format(self) -> Format:
        return Format(self.encoding.data, DELIMITERS[self.delimiter.data], self.header.data == "yes")

    @property
    def said(self) -> list[tuple[str, str]]:
        return [(name, self[name].data) for name in READING]


class ColumnsForm(FlaskForm):  # type: ignore[misc]
    """What each column holds, and where customers go."""

    columns = FieldList(SelectField(lazy_pgettext("of a column", "Holds"), choices=[]))
    program_id = SelectField(_l("Program"), coerce=int)
    country = SelectField(_l("Country of the phones"))

    def offer(self, number: int) -> None:
        """Sets what can be chosen for so many columns. Raises Problem for a form about other ones."""
        if len(self.columns) != number:
            raise Problem(409, _("The file has other columns, read so."), _("Go back, and choose what they hold anew."))
        held = [SelectChoice(LEFT_OUT, _("Not imported")), *(SelectChoice(each.key, each.label) for each in targets())]
        for each in self.columns:
            each.choices = held
        self.program_id.choices = [SelectChoice(each.id, each.title) for each in program_options()]
        self.country.choices = _countries()

    @property
    def mapping(self) -> list[str]:
        return [each.data for each in self.columns]

    def refuse(self, error: MappingError) -> None:
        """Says what is wrong beside the columns, or above them."""
        for each in self.columns:
            if each.data in error.twice:
                each.errors = [_("Two columns hold this. Choose one of them.")]
        if not error.known:
            self.form_errors = [
                _("Choose which column holds the phone, or the cards: by them customers are told apart.")
            ]


class ConfirmationForm(ProofForm):
    seen = HiddenField()
    """When the rows were checked that the person sees: another tab can have had them checked anew since."""


def _countries() -> list[SelectChoice]:
    """None, the business's own, then all others."""
    here = workplace().country
    listed = sorted(countries(language()), key=lambda country: country[0] != here)
    return [SelectChoice("", _("All begin with +")), *(SelectChoice(code, name) for code, name in listed)]
