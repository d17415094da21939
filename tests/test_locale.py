"""Catalogues are made out of the texts by whatever process begins first, or by several at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale

from app import locale
from app.filters import in_points

TEXTS = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Tea"\nmsgstr "Чай"\n'


def test_two_processes_that_begin_at_once_make_it_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "uk" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "messages.po").write_text(TEXTS, encoding="utf-8")
    monkeypatch.setattr(locale, "CATALOGUES", tmp_path)
    write = locale.write_mo

    def meanwhile(*given: Any) -> None:
        monkeypatch.setattr(locale, "write_mo", write)
        locale.compile_catalogues()
        write(*given)

    monkeypatch.setattr(locale, "write_mo", meanwhile)
    locale.compile_catalogues()
    assert [each.name for each in sorted(folder.iterdir())] == ["messages.mo", "messages.po"]
    assert "Чай".encode() in (folder / "messages.mo").read_bytes()


@pytest.mark.parametrize(
    ("language", "one", "two", "five", "fraction"),
    [
        ("en", "1 point", "2 points", "5 points", "1.50 points"),
        ("uk", "1 бал", "2 бали", "5 балів", "1,50 балів"),
        ("ru", "1 балл", "2 балла", "5 баллов", "1,50 балла"),
    ],
)
def test_points_are_counted_as_each_language_does(
    shared_app: Flask, language: str, one: str, two: str, five: str, fraction: str
) -> None:
    with shared_app.test_request_context(), force_locale(language):
        assert [in_points(each) for each in (100, 200, 500, 150)] == [one, two, five, fraction]
