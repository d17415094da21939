"""A picture in a form: kept, replaced or removed; what was handed in outlives a form that is refused."""

from __future__ import annotations

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.widgets import FileInput

from app import pictures
from app.lib import images
from app.lib.images import Fault


class PictureField(Field):  # type: ignore[misc]
    """`data` is the id of a picture, or None. The macro picture_field draws it, in a form sent as multipart/form-data.

    What is handed in is kept at once: the form that is shown again carries its id.
    """

    widget = FileInput()
    REMOVED = "none"
    most_bytes = images.MOST_BYTES
    data: int | None

    def process_formdata(self, valuelist: list[object]) -> None:
        files = [each for each in valuelist if isinstance(each, FileStorage) and each.filename]
        said = [each for each in valuelist if isinstance(each, str) and each]
        self.data = _kept(said)
        if files:
            self.data = _handed_in(files[0])
        elif self.REMOVED in said:
            self.data = None
        elif said and self.data is None:
            raise ValueError(_("This picture is kept no more. Choose it again."))

    @property
    def shown(self) -> pictures.Picture | None:
        """The picture as the form has it now."""
        return pictures.of_ids({self.data}).get(self.data) if self.data else None

    def words(self, value: int | None) -> str:
        return _("Another picture") if value else "–"


def _kept(said: list[str]) -> int | None:
    """The picture that the form showed, if it is there still."""
    numbers = [int(each) for each in said if each.isascii() and each.isdigit() and len(each) < 19]
    found = pictures.held(numbers[0]) if numbers else None
    return found.id if found else None


def _handed_in(file: FileStorage) -> int:
    try:
        return pictures.keep(images.read(file.stream))
    except images.PictureError as error:
        raise ValueError(_words(error.fault)) from None


def _words(fault: Fault) -> str:
    return {
        Fault.TOO_LARGE: _("A picture has at most 10 MB. Make it smaller or choose another one."),
        Fault.UNKNOWN: _("This file is no JPEG, PNG or WebP picture. Save it as one of these and choose it again."),
        Fault.DAMAGED: _("This picture is damaged or not complete. Choose another one."),
        Fault.TOO_MANY_PIXELS: _("This picture has too many pixels. Make it smaller and choose it again."),
        Fault.MOVING: _("This picture moves. Choose one that stands still."),
    }[fault]
