"""Support unloads the customers of a business: encrypted, with a reason, and its administrators are told (CT-11)."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from io import StringIO
from pathlib import Path

import psycopg
import pyrage
import pytest
from click.testing import Result
from sqlalchemy import select, update

from app.audit import AuditEntry, AuditValue
from app.bulk import unloading
from app.customers.models import Consent, ConsentKind, Customer
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.lib import dates
from app.local.paths import PROJECT
from app.loyalty.models import FieldKind
from app.messaging.models import Channel, Message, UserLetter
from tests.factories import add_answer, add_customer, add_points, add_question, add_sale, choice_ids
from tests.people import Town

REASON = "The business moves to a system of its own"
Unload = Callable[..., Result]


@pytest.fixture
def key() -> pyrage.x25519.Identity:
    return pyrage.x25519.Identity.generate()


@pytest.fixture
def unload(town: Town, key: pyrage.x25519.Identity, tmp_path: Path) -> Unload:
    def run(*more: str, business: str = "kavalier", reason: str = REASON) -> Result:
        told = ["--business", business, "--reason", reason, "--to", str(tmp_path / "customers.csv.age")]
        recipients = [] if "--recipient" in more else ["--recipient", str(key.to_public())]
        return town.app.test_cli_runner().invoke(args=["support", "unload-customers", *told, *recipients, *more])

    return run


@pytest.fixture
def opened(key: pyrage.x25519.Identity, tmp_path: Path) -> Callable[[], list[dict[str, str]]]:
    """The rows of the file, to who has the key."""

    def read() -> list[dict[str, str]]:
        plain = pyrage.decrypt((tmp_path / "customers.csv.age").read_bytes(), [key]).decode("utf-8-sig")
        return list(csv.DictReader(StringIO(plain, newline="")))

    return read


@contextmanager
def refused(tmp_path: Path, result: Result, words: str) -> Iterator[None]:
    assert result.exit_code != 0
    assert words in result.output
    yield
    assert list(tmp_path.iterdir()) == []


def test_all_that_is_known_is_in_the_file(
    town: Town, unload: Unload, opened: Callable[[], list[dict[str, str]]]
) -> None:
    """CT-11: identity, programs, points, figures, tags, consents, answers."""
    shop = town.kavalier
    with shop.work():
        tags = [("city", "Kyiv"), ("milk", "oat")]
        who = {"email": "i@k.ua", "cards": ["77001", "77002"], "tags": tags, "point_of_sale": shop.own_place}
        iryna = add_customer("Iryna", "Melnyk", "+380671112233", **who)
        db.session.execute(
            update(Customer).where(Customer.id == iryna).values(birthday=date(1990, 5, 1), language="uk")
        )
        add_sale(iryna, shop.own_terminal, 12_345)
        add_points(iryna, 5_050)
        drink, number = (
            add_question("Milk", FieldKind.CHOICE, choices=["Oat"]),
            add_question("Children", FieldKind.NUMBER),
        )
        add_answer(iryna, drink, choice_id=choice_ids(drink)[0])
        add_answer(iryna, number, number=25_000)
        said = {"kind": ConsentKind.SMS, "granted": False, "at": dates.now()}
        db.session.add(Consent(business_id=shop.id, customer_id=iryna, **said))
    assert "1 customers of kavalier" in (done := unload()).output, done.output
    (row,) = opened()
    wanted = {
        "number": str(iryna),
        "phone": "+380671112233",
        "first_name": "Iryna",
        "last_name": "Melnyk",
        "email": "i@k.ua",
        "birthday": "1990-05-01",
        "language": "uk",
        "cards": "77001 77002",
        "registered_at_point_of_sale": "Pechersk",
        "confirmed_participation": "no",
        "sales": "1",
        "amount": "123.45",
        "average_check": "123.45",
        "tags": "city = Kyiv; milk = oat",
        "merged_into": "",
        "category: Kavalier Club": "New Customers",
        "access: Kavalier Club": "full",
        "points: Kavalier Club": "50.50",
        "consent: sms": "no",
        "consent: email": "",
        "answer: Milk": "Oat",
        "answer: Children": "2.5",
    }
    assert {name: row[name] for name in wanted} == wanted
    assert row["first_purchase"] == row["last_purchase"] != ""


def test_only_this_business_and_nobody_erased(
    town: Town, unload: Unload, opened: Callable[[], list[dict[str, str]]]
) -> None:
    """PR-1, CP-8, CP-9: merged records stand in it, with whom they were merged into."""
    with town.teremok.work():
        add_customer("Oles", "Teremok", "+380501112233")
    with town.kavalier.work(town.anna):
        known, other = add_customer("Iryna", phone="+380671112233"), add_customer("Ira", phone="+380671112244")
        gone = add_customer("Petro")
        db.session.execute(update(Customer).where(Customer.id == gone).values(erased_at=dates.now(), first_name=""))
        merge_customers(*hold_pair(known, other), set())
    unload()
    assert [(row["first_name"], row["merged_into"]) for row in opened()] == [("Iryna", ""), ("Ira", str(known))]


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "-2", "+3", "\tx"])
def test_nothing_in_it_is_a_formula(
    town: Town, unload: Unload, opened: Callable[[], list[dict[str, str]]], name: str
) -> None:
    """RELIABILITY: files out. A phone stays what it is: a sign and digits."""
    with town.kavalier.work():
        add_customer(name, phone="+380671112233")
    unload()
    assert (opened()[0]["first_name"], opened()[0]["phone"]) == (f"'{name}", "+380671112233")


def test_its_administrators_are_told(town: Town, unload: Unload) -> None:
    """CT-11: among the messages, by e-mail, and in the audit log, each with the reason."""
    with town.kavalier.work():
        add_customer("Iryna")
    assert unload().exit_code == 0
    with town.kavalier.work():
        note = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
        assert note is not None
        assert REASON in note.text
        letters = db.session.scalars(select(UserLetter)).all()
        assert [(each.user_id, each.channel) for each in letters] == [(town.anna.id, Channel.EMAIL)]
        assert REASON in letters[0].text
        line = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "business.unload_customers")).one()
        values = db.session.scalars(select(AuditValue).where(AuditValue.entry_id == line.id))
        assert {each.field: each.new for each in values if each.field != "recipients"} == {
            "reason": REASON,
            "customers": 1,
        }
        assert line.user_id is None
    assert "Customers unloaded by support" in town.browser(town.anna).get("/audit-log").text


def test_the_file_is_of_no_use_without_the_key(town: Town, unload: Unload, tmp_path: Path) -> None:
    with town.kavalier.work():
        add_customer("Iryna", phone="+380671112233")
    unload()
    file = tmp_path / "customers.csv.age"
    content = file.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    assert b"Iryna" not in content
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(content, [pyrage.x25519.Identity.generate()])


@pytest.mark.parametrize("reason", ["", "   ", "because", "x" * 501, "A reason\x00 with what cannot be seen"])
def test_without_a_reason_nothing_leaves(town: Town, unload: Unload, tmp_path: Path, reason: str) -> None:
    with refused(tmp_path, unload(reason=reason), "A reason has"):
        pass
    with town.kavalier.work():
        assert db.session.scalars(select(UserLetter)).all() == []


def test_a_wrong_key_business_or_place_is_refused(town: Town, unload: Unload, tmp_path: Path) -> None:
    with refused(tmp_path, unload("--recipient", "AGE-SECRET-KEY-1"), "is no public key"):
        pass
    with refused(tmp_path, unload(business="nobody"), "There is no business"):
        pass
    with refused(tmp_path, unload("--to", str(tmp_path / "no" / "where.age")), "could not be written"):
        pass
    assert unload().exit_code == 0
    before = (tmp_path / "customers.csv.age").read_bytes()
    assert "is there already" in unload().output
    assert (tmp_path / "customers.csv.age").read_bytes() == before


def test_what_breaks_off_leaves_no_file(
    town: Town, unload: Unload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Iterator[bytes]:
        yield b"number\r\n"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(unloading, "_pieces", broken)
    with refused(tmp_path, unload(), ""):
        pass


def test_they_are_fetched_so_many_at_a_time(
    town: Town, unload: Unload, opened: Callable[[], list[dict[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unloading, "AT_ONCE", 10)
    with town.kavalier.work():
        ids = [add_customer(f"Name{number}") for number in range(35)]
    unload()
    assert [int(row["number"]) for row in opened()] == ids


@pytest.mark.long
def test_memory_does_not_grow_with_the_customers(
    town: Town,
    key: pyrage.x25519.Identity,
    tmp_path: Path,
    superuser: psycopg.Connection,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """CT-11: a million takes no more than a thousand; here it is a tenth of one."""
    few, many = 1_000, 100_000
    superuser.execute(CROWD, [town.kavalier.id, few])
    little = megabytes_of(town, key, tmp_path / "few.age")
    superuser.execute(CROWD, [town.kavalier.id, many - few])
    began = time.monotonic()
    much = megabytes_of(town, key, tmp_path / "many.age")
    with capsys.disabled():
        took = f"{many:,} customers in {time.monotonic() - began:.0f} s"
        sys.stdout.write(f"{took}: {much:.0f} MB, of {few:,} {little:.0f} MB\n")
    assert much < little + 40


CROWD = b"""
    INSERT INTO customer (business_id, registered_at, first_name, last_name, email)
    SELECT %s, now(), 'Name' || n, 'Surname' || n, n || '@example.com' FROM generate_series(1, %s) n
"""


def megabytes_of(town: Town, key: pyrage.x25519.Identity, target: Path) -> float:
    """What the command takes at most, in a process of its own."""
    config = town.app.config["REGULARS"]
    own = {"DATABASE_URL": config.database_url.replace("+psycopg", ""), "REDIS_URL": config.redis_url}
    env = {**os.environ, **own, "SECRET_KEY": config.secret_key, "REGULARS_ENV": "test", "LOG_LEVEL": "ERROR"}
    told = ["--business", "kavalier", "--reason", REASON, "--recipient", str(key.to_public()), "--to", str(target)]
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "support", "unload-customers", *told]
    child = subprocess.Popen(command, cwd=PROJECT, env=env, stdout=subprocess.DEVNULL)
    _pid, status, used = os.wait4(child.pid, 0)
    assert status == 0
    assert target.exists()
    return used.ru_maxrss / 1024
