"""The password asked for again before sensitive bulk actions (RELIABILITY: security, ASVS)."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

import psycopg
import pytest
from sqlalchemy import select

from app.bulk.models import Batch, BatchState
from app.bulk.registry import action_named
from app.extensions import db
from app.form_keys import FormKey
from tests.bulk.batches import preview, state
from tests.bulk.desk import Desk
from tests.bulk.kills import credit, crowd
from tests.people import PASSWORD, Town

LIMITED = 2


@pytest.fixture
def batch(town: Town) -> int:
    """Limited access for eleven, one too many to be done without asking."""
    shop = town.kavalier
    return preview(shop, town.anna, "access", {"program": shop.program, "given": LIMITED}, crowd(shop, 11))


def forget_proofs(superuser: psycopg.Connection) -> None:
    superuser.execute(b"UPDATE user_session SET proved_at = now() - interval '11 minutes'")


def test_it_is_asked_once_the_last_proof_is_old(town: Town, batch: int, superuser: psycopg.Connection) -> None:
    """BA-8: nothing typed is lost, a wrong one begins nothing, and for some minutes it is not asked again."""
    desk, page = Desk(town, town.anna), f"/bulk-actions/{batch}"
    assert "Your password" not in desk.see(page)
    forget_proofs(superuser)
    assert "Your password" in desk.see(page)
    for sent, words in (("", "Enter your password."), ("not this one at all", "This is not your password.")):
        answer = desk.post(f"{page}/confirmation", start="2099-01-01T10:00", password=sent)
        assert answer.status_code == 422
        assert "within 90 days" in answer.text
        answer = desk.post(f"{page}/confirmation", password=sent)
        assert words in answer.text
        assert "not this one" not in answer.text
    assert state(town.kavalier, batch) is BatchState.PREVIEWED
    assert desk.send(f"{page}/confirmation", password=PASSWORD) == (303, page)
    assert state(town.kavalier, batch) is BatchState.RUNNING
    other = preview(town.kavalier, town.anna, "access", {"program": town.kavalier.program, "given": 1}, [1])
    assert "Your password" not in desk.see(f"/bulk-actions/{other}")


def test_when_it_begins_is_kept(town: Town, batch: int, superuser: psycopg.Connection) -> None:
    """BA-15: a page drawn before the proof was old sends no password; what else was chosen stands in it again."""
    desk, page = Desk(town, town.anna), f"/bulk-actions/{batch}"
    forget_proofs(superuser)
    soon = superuser.execute(b"SELECT to_char(now() + interval '3 days', 'YYYY-MM-DD\"T\"10:00')").fetchone()
    assert soon is not None
    answer = desk.post(f"{page}/confirmation", start=soon[0])
    assert answer.status_code == 422
    assert f'value="{soon[0]}"' in answer.text


def test_guesses_are_slowed_down(town: Town, batch: int, superuser: psycopg.Connection) -> None:
    """PR-5: each is counted, though its form is given up."""
    desk, page = Desk(town, town.anna), f"/bulk-actions/{batch}"
    forget_proofs(superuser)
    shown = [desk.post(f"{page}/confirmation", password=f"wrong guess {n}").text for n in range(7)]
    assert "Too many attempts" in shown[-1]
    assert "Too many attempts" in desk.post(f"{page}/confirmation", password=PASSWORD).text
    assert state(town.kavalier, batch) is BatchState.PREVIEWED


def test_no_hash_is_kept_that_could_be_guessed(town: Town, batch: int, superuser: psycopg.Connection) -> None:
    """RELIABILITY: the hash of a form's content says nothing of the password in it."""
    desk, page, key = Desk(town, town.anna), f"/bulk-actions/{batch}", str(uuid.uuid4())
    forget_proofs(superuser)
    desk.send(f"{page}/confirmation", form_key=key, password=PASSWORD)
    known = sorted({"business_id": desk.business, "form_key": key}.items())
    with town.kavalier.work(town.anna):
        kept = db.session.scalars(select(FormKey.request_hash).where(FormKey.key == uuid.UUID(key))).one()
    assert kept == hashlib.sha256(repr((f"{page}/confirmation", known)).encode()).digest()


def test_a_second_person_proves_it_too(town: Town, batch: int, superuser: psycopg.Connection) -> None:
    """BA-15: who approves is asked just as who confirms."""
    olha, anna, page = Desk(town, town.olha), Desk(town, town.anna), f"/bulk-actions/{batch}"
    olha.send("/settings/bulk-actions")
    anna.send("/settings/bulk-actions", admin="1")
    anna.send(f"{page}/confirmation")
    assert state(town.kavalier, batch) is BatchState.WAITING
    forget_proofs(superuser)
    assert "Your password" in olha.see(page)
    assert olha.send(f"{page}/approval")[0] == 422
    assert olha.send(f"{page}/approval", password=PASSWORD) == (303, page)
    assert state(town.kavalier, batch) is BatchState.RUNNING


@dataclass
class Asked:
    action: str
    done: int
    amount: int = 0
    asks: bool = True


@pytest.mark.parametrize(
    "asked",
    [
        *(Asked(each, 11) for each in ("removal", "access", "account")),
        *(Asked(each, 10, asks=False) for each in ("removal", "access", "account")),
        *(Asked(each, number, asks=number > 1_000) for each in ("tags", "category") for number in (1_000, 1_001)),
        *(Asked("credit", 1_000, amount, asks=amount > 1_000_000) for amount in (1_000_000, 1_000_100)),
        Asked("credit", 1_001, 100_100),
    ],
    ids=lambda asked: f"{asked.action}-{asked.done}-{asked.amount}",
)
def test_which_are_sensitive(asked: Asked) -> None:
    """BA-5 to BA-10: what takes away, and what gives much or to many; not what anyone does on a single profile."""
    batch = Batch(action=asked.action, foreseen={"done": asked.done, "amount": asked.amount})
    assert action_named(asked.action).asks_again(batch) is asked.asks


def test_an_undoing_is_asked_likewise(town: Town, superuser: psycopg.Connection) -> None:
    """BA-14: it takes as much as was given."""
    shop = town.kavalier
    number = preview(shop, town.anna, "credit", credit(town, 200_000), crowd(shop, 6))
    desk, page = Desk(town, town.anna), f"/bulk-actions/{number}"
    desk.send(f"{page}/confirmation")
    desk.work_all()
    _status, undoing = desk.send(f"{page}/undoing")
    forget_proofs(superuser)
    assert desk.send(f"{undoing}/confirmation")[0] == 422
    assert desk.send(f"{undoing}/confirmation", password=PASSWORD)[0] == 303
