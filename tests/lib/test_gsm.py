"""GSM-7 and UCS-2 as octets, to the code of each character (BA-1)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smpplib.gsm import gsm_encode

from app.lib.gsm import from_gsm, from_ucs2, to_gsm, to_ucs2
from app.lib.sms import BASIC, EXTENDED


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("@", "00"),
        ("Hi @ 5€", "4869 2000 2035 1b65"),
        ("^{}\\[~]|", "1b14 1b28 1b29 1b2f 1b3c 1b3d 1b3e 1b40"),
        ("Æà", "1c7f"),
    ],
)
def test_characters_have_their_codes(text: str, octets: str) -> None:
    assert to_gsm(text) == bytes.fromhex(octets)
    assert from_gsm(to_gsm(text)) == text


def test_another_library_writes_the_same() -> None:
    known = (BASIC + EXTENDED).replace("§", "").replace("\f", "")  # it lacks two
    assert to_gsm(known) == gsm_encode(known)


@given(st.text(alphabet=BASIC + EXTENDED))
def test_gsm_comes_back(text: str) -> None:
    assert from_gsm(to_gsm(text)) == text


@given(st.text())
def test_ucs2_comes_back(text: str) -> None:
    assert from_ucs2(to_ucs2(text)) == text


@given(st.binary())
def test_any_octets_are_read(octets: bytes) -> None:
    from_gsm(octets)
    from_ucs2(octets)
