"""A text in each language in which a business writes to customers, in a form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, Form, ValidationError

from app.lib.texts import has_control_characters, one_line
from app.locale import LANGUAGES, written_languages


class LanguagesField(Field):  # type: ignore[misc]
    """`data` is language code → text, without empty ones. What is written in a language that is given up stays."""

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
    def places(self) -> list[tuple[str, str, str, bool]]:
        """Language code, its name, the text, whether it is asked for: of each language of the panel, as is sent."""
        asked = {*written_languages(), *self.data}
        return [(code, name, self.data.get(code, ""), code in asked) for code, name in LANGUAGES.items()]

    @property
    def entries(self) -> list[tuple[str, str, str]]:
        """Those that are asked for: language code, its name, the text."""
        return [(code, name, text) for code, name, text, asked in self.places if asked]

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
