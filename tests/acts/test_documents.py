"""Papers: PDF/A-3a that a reader opens, the same bytes each time, sums that are those of the charges (BI-4 to BI-6)."""

from __future__ import annotations

import hashlib
from datetime import date
from io import BytesIO

import pikepdf
import pypdfium2
import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from weasyprint.urls import FatalURLFetchingError

from app.acts.document import html_of, pdf_of
from app.acts.jurisdictions import CONTRACT
from app.acts.lines import CHARGED, Line, less, total, vat_within
from app.acts.models import ActKind, Jurisdiction
from app.acts.pdf import unprintable
from app.acts.printing import Nothing
from app.acts.services import set_executor
from tests.acts.papers import CUSTOMERS, LINES, content, executor

LINE = st.builds(
    Line,
    st.sampled_from(CHARGED),
    st.integers(-10_000, 10_000).filter(bool),
    st.integers(1, 2_000_000),
    st.sampled_from(["", "a", "b"]),
)
WORDS = {
    Jurisdiction.UA: (
        "Акт приймання-передачі",
        "Замовник",
        "ЄДРПОУ",
        "тисяч вісімдесят одна гривня 10 копійок",
    ),
    Jurisdiction.RU: ("Акт сдачи-приёмки", "Заказчик", "КПП", "тысяч восемьдесят один рубль 10 копеек"),
    Jurisdiction.KZ: (
        "Форма Р-1",
        "ИИН/БИН",
        "Сдал (Исполнитель)",
        "тысяч восемьдесят один тенге 10 тиынов",
    ),
    Jurisdiction.OTHER: (
        "Statement of services",
        "Customer",
        "VAT number",
        "and eighty-one euros 10 euro cents",
    ),
}


@pytest.mark.parametrize("jurisdiction", Jurisdiction)
def test_each_layout_says_what_its_jurisdiction_asks(app: Flask, jurisdiction: Jurisdiction) -> None:
    """BI-4: both sides, contract, lines, VAT, total in figures and words, in its own language, on one page."""
    with app.app_context():
        made = pdf_of(content(jurisdiction), 1)
    read = _text(made)
    customer = CUSTOMERS[jurisdiction]
    for words in (*WORDS[jurisdiction], "2026-0011", "118/24", customer["tax_id"], customer["signatory"].split()[0]):
        assert words in read, words
    assert len(pypdfium2.PdfDocument(made)) == 1


@pytest.mark.parametrize("jurisdiction", Jurisdiction)
def test_it_is_pdf_a_3a_with_its_fonts_within(app: Flask, jurisdiction: Jurisdiction) -> None:
    """BI-6: qpdf finds nothing wrong; it is tagged, has a language and a profile of colours, and asks for nothing."""
    with app.app_context():
        made = pdf_of(content(jurisdiction), 1)
    with pikepdf.open(BytesIO(made)) as pdf:
        assert pdf.check_pdf_syntax() == []
        root = pdf.Root
        meta = bytes(root.Metadata.read_bytes()).decode()
        assert "pdfaid:part" in meta
        assert ("3" in meta.split("pdfaid:part")[1][:6], "A" in meta.split("pdfaid:conformance")[1][:6]) == (True, True)
        assert root.MarkInfo.Marked
        assert "/StructTreeRoot" in root
        assert str(root.Lang) == content(jurisdiction).language
        assert root.OutputIntents[0].S == "/GTS_PDFA1"
        fonts = [
            each
            for each in pdf.objects
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor"
        ]
        assert fonts
        assert all(any(name in font for name in ("/FontFile", "/FontFile2", "/FontFile3")) for font in fonts)
        assert not any(name in root for name in ("/OpenAction", "/AA", "/AcroForm"))


def test_made_again_it_is_the_same_file(app: Flask) -> None:
    """BI-5"""
    with app.app_context():
        prints = {hashlib.sha256(pdf_of(content(Jurisdiction.UA), 1)).hexdigest() for _ in range(3)}
        other = pdf_of(content(Jurisdiction.UA, number="2026-0012"), 1)
    assert len(prints) == 1
    assert hashlib.sha256(other).hexdigest() not in prints


def test_a_draft_is_marked_and_says_what_is_missing(app: Flask) -> None:
    """BI-5: and has lines to write on where nobody has said what stands there."""
    with app.app_context():
        read = _text(pdf_of(content(Jurisdiction.UA, number="", customer={}, missing=CONTRACT), 1))
    assert "ЧЕРНЕТКА" in read
    assert "Номер договору" in read
    assert "не вказано" in read


def test_what_people_typed_is_text_whatever_it_looks_like(app: Flask) -> None:
    """BI-4: names of 300 letters, marks of HTML and words from right to left stand as they are."""
    name = "<script>alert(1)</script> & <img src=http://192.0.2.1/x> " + "Ж" * 200 + " مرحبا"
    with app.app_context():
        assert unprintable(name) == []
        assert unprintable("你 ☕ ₸") == ["☕", "你"]
        html = html_of(content(Jurisdiction.UA, customer={**CUSTOMERS[Jurisdiction.UA], "legal_name": name}))
        assert "<script" not in html
        assert "<img" not in html
        read = _text(pdf_of(content(Jurisdiction.UA, customer={**CUSTOMERS[Jurisdiction.UA], "legal_name": name}), 1))
    assert "<script>alert(1)</script>" in read


@pytest.mark.parametrize("jurisdiction", Jurisdiction)
def test_nothing_of_a_long_name_leaves_the_paper(app: Flask, jurisdiction: Jurisdiction) -> None:
    """BI-4: 300 letters of one word or of many; and numbers stay whole beside them."""
    many = ("Дуже довга назва " * 20)[:300]
    long = {"legal_name": "Ъ" * 300, "address": many, "position": many, "signatory": many, "bank": "x" * 300}
    with app.app_context():
        made = pdf_of(content(jurisdiction, customer={**CUSTOMERS[jurisdiction], **long}), 1)
    for page in pypdfium2.PdfDocument(made):
        text = page.get_textpage()
        assert all(text.get_charbox(place)[2] <= page.get_width() for place in range(text.count_chars()))
    assert CUSTOMERS[jurisdiction]["tax_id"] in _text(made)


def test_a_number_is_called_what_it_is(app: Flask) -> None:
    """BI-3: no paper says that it is this or that."""
    with app.app_context():
        company, person = (
            _text(pdf_of(content(Jurisdiction.UA, customer={"tax_id": number}, executor={}), 1))
            for number in ("32855961", "1759013776")
        )
    assert ("ЄДРПОУ 32855961" in company, "РНОКПП" in company) == (True, False)
    assert ("РНОКПП 1759013776" in person, "ЄДРПОУ" in person) == (True, False)


def test_what_no_font_has_is_in_no_paper(app: Flask) -> None:
    """BI-6: PDF/A has no place for it, in a reference of a correction as little as in requisites."""
    correction = Line(CHARGED[4], 16_960, 1, "Refund ☕ 212")
    with app.app_context():
        assert "Refund ? 212" in _text(pdf_of(content(Jurisdiction.OTHER, (correction,)), 1))
        with pytest.raises(ValueError, match="legal_name: no font"):
            set_executor(Jurisdiction.UA, date(2020, 1, 1), {**executor(Jurisdiction.UA), "legal_name": "☕"}, None)


def test_a_document_fetches_nothing() -> None:
    """RELIABILITY: whatever one refers to ends its making."""
    with pytest.raises(FatalURLFetchingError, match="A document asked for"):
        Nothing().fetch("file:///etc/passwd")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": ActKind.REQUISITES, "lines": (), "corrected_total": 1_108_110}, "11 081,10"),
        ({"kind": ActKind.CHARGES, "lines": (Line(CHARGED[4], 16_960, 1, "212 SMS"),)}, "Мінус сто шістдесят дев’ять"),
    ],
)
def test_a_correction_names_the_act_it_corrects(app: Flask, values: dict[str, object], words: str) -> None:
    """BI-5"""
    with app.app_context():
        corrected = {"corrects": "2026-0003", "corrects_dated": date(2026, 3, 31)}
        read = _text(pdf_of(content(Jurisdiction.UA, **{**corrected, **values}), 1)).replace("\xa0", " ")
    assert ".." not in read.replace(" ", "")
    assert "№ 2026-0003 від 31 березня 2026" in read
    assert words.replace("’", "'") in read.replace("’", "'")


def test_a_currency_without_decimals_and_a_side_that_pays_no_vat(app: Flask) -> None:
    """BI-4: the reason stands where the VAT would."""
    values = {"currency": "JPY", "vat_rate": None, "vat": 0, "language": "en"}
    with app.app_context():
        read = _text(pdf_of(content(Jurisdiction.OTHER, LINES[:1], **values), 1))
    assert "99,000" in read
    assert "Without VAT" in read
    assert "Ninety-nine thousand Japanese yen" in read


@settings(max_examples=200, deadline=None)
@given(st.lists(LINE, max_size=12), st.lists(LINE, max_size=12), st.integers(0, 10_000))
def test_acts_and_corrections_come_to_the_charges(charged: list[Line], late: list[Line], rate: int) -> None:
    """BI-4, BI-5: to the cent, whatever was charged late; and their VAT to that of one act over all."""
    first = less(charged, [])
    second = less([*charged, *late], first)
    together = total(first) + total(second)
    assert together == total([*charged, *late])
    assert less([*charged, *late], [*first, *second]) == []
    vat = vat_within(total(first), rate)
    assert vat + (vat_within(together, rate) - vat) == vat_within(together, rate)
    assert abs(vat_within(together, rate) * (10_000 + rate) - together * rate) * 2 <= 10_000 + rate


def _type(each: pikepdf.Object) -> str:
    return str(each.get("/Type", "")) if isinstance(each, pikepdf.Dictionary) else ""


def _text(made: bytes) -> str:
    """All pages, in one line."""
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made)]
    return " ".join(" ".join(pages).split())
