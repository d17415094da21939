"""Catalogues are made out of the texts by whatever process begins first, or by several at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app import locale

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
