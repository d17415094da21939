"""A text in each language of the panel, in a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, Form, ValidationError

from app.lib.texts import has_control_characters, one_line
from app.locale import LANGUAGES


class LanguagesField(Field):  # type: ignore[misc]
    """A text in each language of the panel: `data` is language code → text, without empty ones."""

    def __init__(
        self, label: object, longest: int, *, lines: bool = False, needed: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.longest, self.lines, self.needed = longest, lines, needed

    def process_data(self, value: Mapping[str, str] | None) -> None:
        self.data = dict(value or {})

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        texts = ["\n".join(map(one_line, text.strip().splitlines())) for text in valuelist]
        self.data = {language: text for language, text in zip(LANGUAGES, texts, strict=False) if text}

    @property
    def entries(self) -> list[tuple[str, str, str]]:
        """Language code, its name, the text."""
        return [(language, name, self.data.get(language, "")) for language, name in LANGUAGES.items()]

    def words(self, value: Mapping[str, str]) -> str:
        said = (f"{name}: {value[language]}" for language, name in LANGUAGES.items() if language in value)
        return "; ".join(said) or "–"

    def pre_validate(self, form: Form) -> None:
        if self.needed and not self.data:
            raise ValidationError(_("Enter it in at least one language."))
        if any(len(text) > self.longest for text in self.data.values()):
            raise ValidationError(_("At most %(max)d characters.", max=self.longest))
        if any(has_control_characters(text.replace("\n", "")) for text in self.data.values()):
            raise ValidationError(_("Remove the characters that cannot be seen."))
