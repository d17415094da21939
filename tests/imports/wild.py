"""Files as nobody should send them, drawn by lot: the same seed makes the same file (RELIABILITY: inputs)."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

HEADS = (
    ["Телефон", "Ім'я", "Прізвище", "E-mail", "Картки", "Бали", "День народження", "City", "Dog", "Coffee", "Height"],
    ["phone", "first name", "last name", "email", "cards", "points", "birthday", "City", "Dog", "Coffee", "Height"],
)
PHONES = (
    *(
        "+380{}",
        "+38 (0{}",
        "0{}",
        "380{}",
        "00380{}",
        "'+380{}",
        "+380-{}",
        "+380{}x",
        "＋380{}",
        "8 0{}",
        "tel:+380{}",
    ),
    *("3.80{}E+11", "+0{}", "+380{}1234567890", "{}", "", "+", "++380{}", "=+380{}", "+38O{}", "+380 {} доб. 12"),
)
NAMES = (
    *(
        "Олена",
        "Ivan",
        "",
        " ",
        "O'Hara",
        "Жанна-Д'Арк",
        '=HYPERLINK("http://x";"y")',
        "@SUM(1+1)",
        "-2+3",
        "+cmd|' /C'",
    ),
    *(
        "\0Olha",
        "Ol\tha",
        "Ol\nha",
        "Ол\x07га",
        "\ufffd",
        "\u202eevil",
        "👩‍🦰",
        "x" * 299,
        "y" * 301,
        "z" * 5_000,
        "\\N",
        "\\",
    ),
    *('"', '""', '"Olha', 'Ol"ha', "a;b", "a,b", "a|b", "{a}", "%s", "'; DROP TABLE customer; --", "\u2028", "ﷺ" * 40),
)
OTHERS = {
    3: ("o@example.com", "O@EXAMPLE.COM", "@", "o@", "a@b", "ї@приклад.укр", "x" * 300 + "@example.com", ""),
    4: ("7701", "77 01-02", "7701;7702|7703", ",".join(map(str, range(30))), "c" * 65, "", "0", "7701\n7702", "\0"),
    5: ("0", "5", "12,5", "1 234.56", "-1", "1e9", "9" * 25, "", "NaN", "٣", "0,001", "1,234,567.00"),
    6: ("31.12.1990", "1990-12-31", "30.02.1990", "", "1.1.1", "31/12/1990", "99999-01-01", "12.31.1990", "0000-00-00"),
    7: ("Kyiv", "", "w" * 999, "w" * 1_001),
    8: ("так", "no", "maybe", "1", ""),
    9: ("Latte", "latte", "Tea", ""),
    10: ("1,75", "tall", "", "1" * 15, "0.00001"),
}
_ENDS = ("\n", "\r\n", "\r")


def wild_file(seed: int) -> bytes:
    """One file; some are hardly CSV at all."""
    chance = random.Random(seed)
    rows = [chance.choice(HEADS), *(_row(chance) for _each in range(chance.choice((0, 1, 5, 30, 60))))]
    if rows and chance.random() < 0.3:
        rows += chance.choices(rows, k=3)
    delimiter, end = chance.choice(",;\t|"), chance.choice(_ENDS)
    text = end.join(delimiter.join(_written(chance, cell, delimiter) for cell in row) for row in rows)
    if chance.random() < 0.8:
        text += end
    content = _encoded(chance, text)
    for spoil in chance.sample(SPOILS, k=chance.choice((0, 0, 1, 2))):
        content = spoil(chance, content)
    return content


def _row(chance: random.Random) -> list[str]:
    phone = chance.choice(PHONES).format(f"50{chance.randrange(40):07}")
    cells = [phone, chance.choice(NAMES), chance.choice(NAMES)]
    cells += [chance.choice(OTHERS[place]) if chance.random() < 0.5 else "" for place in range(3, 11)]
    if chance.random() < 0.1:
        cells = cells[: chance.randrange(1, 11)]
    if chance.random() < 0.05:
        cells += ["more"] * chance.choice((1, 5, 120))
    return cells


def _written(chance: random.Random, cell: str, delimiter: str) -> str:
    """Mostly as CSV has it, at times without the quotes that it needs."""
    needed = delimiter in cell or '"' in cell or "\n" in cell
    if (needed and chance.random() < 0.8) or chance.random() < 0.1:
        return '"' + cell.replace('"', '""') + '"'
    return cell


def _encoded(chance: random.Random, text: str) -> bytes:
    encoding = chance.choice(("utf-8", "utf-8", "utf-8-sig", "cp1251", "utf-16", "mixed"))
    if encoding == "mixed":
        half = len(text) // 2
        return text[:half].encode() + text[half:].encode("cp1251", "replace")
    return text.encode(encoding, "replace")


def _cut(chance: random.Random, content: bytes) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _noise(chance: random.Random, content: bytes) -> bytes:
    spoilt = bytearray(content)
    for _each in range(min(len(spoilt), 20)):
        spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def _nul(chance: random.Random, content: bytes) -> bytes:
    place = chance.randrange(len(content) + 1)
    return content[:place] + b"\0" * chance.choice((1, 1_000)) + content[place:]


def _million(chance: random.Random, content: bytes) -> bytes:
    """A cell of a million characters, within quotes or not."""
    place = content.find(b"\n", chance.randrange(len(content) + 1)) + 1
    cell = chance.choice((b"x", "ї".encode(), b'""', b"\n", b",")) * 1_000_000
    return content[:place] + (b'"' + cell + b'"\n' if chance.random() < 0.5 else cell + b"\n") + content[place:]


def _quotes(chance: random.Random, content: bytes) -> bytes:
    spoilt = content.split(b"\n")
    for _each in range(5):
        place = chance.randrange(len(spoilt))
        spoilt[place] = chance.choice((b'"' + spoilt[place], spoilt[place] + b'"', spoilt[place].replace(b'"', b"")))
    return b"\n".join(spoilt)


SPOILS: Sequence[Callable[[random.Random, bytes], bytes]] = (_cut, _noise, _nul, _million, _quotes)
