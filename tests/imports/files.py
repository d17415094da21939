"""Imports as tests send, run and count them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from sqlalchemy import func, select

from app.customers.models import Customer
from app.extensions import db
from app.imports.models import ImportJob, ImportRow, ImportState, RowState
from app.imports.queries import held_import, import_named
from app.imports.services import reading, uploading
from app.permissions import Role
from tests.bulk.batches import run, undo
from tests.people import Person, Shop

HEAD = ("phone", "first name", "last name", "e-mail", "cards", "points")


def csv_bytes(*rows: Sequence[object], head: Sequence[str] = HEAD) -> bytes:
    """Rows of HEAD's columns; what is left out at their ends is empty."""
    text = StringIO(newline="")
    csv.writer(text).writerows([head, *[[*row, *[""] * (len(head) - len(row))] for row in rows]])
    return text.getvalue().encode()


def send(
    shop: Shop,
    person: Person,
    content: bytes,
    mapping: Sequence[str] | None = None,
    *,
    country: str = "",
    program: int | None = None,
) -> int:
    """A file, sent and read to its end, by its own guesses unless told; answers with its number."""
    with shop.work(person):
        job = uploading.begin(content, "customers.csv")
        uploading.check(job, mapping or job.mapping, program or shop.program, country)
        number = job.id
    read(shop, number)
    return number


def read(shop: Shop, number: int) -> None:
    """As jobs do it, one after another."""
    with shop.app.app_context():
        while reading.work(shop.id, number, lambda: False):
            pass


def write(shop: Shop, person: Person, number: int) -> int:
    """Confirms an import and writes it; answers with its batch."""
    with shop.work(person):
        batch = uploading.confirm(held_import(number), Role.ADMIN).id
    run(shop, batch)
    return batch


def bring(shop: Shop, person: Person, content: bytes, **options: Any) -> int:
    """All of it; answers with the number of the import."""
    number = send(shop, person, content, **options)
    write(shop, person, number)
    return number


def take_back(shop: Shop, person: Person, number: int) -> int:
    """Undoes an import; answers with the batch that did."""
    with shop.work():
        batch = import_named(number).batch_id
    return undo(shop, person, batch or 0)


def counts(shop: Shop, number: int) -> dict[str, int]:
    """What the dry run told, which is what its rows say."""
    with shop.work():
        job = import_named(number)
        assert job.state is ImportState.READ, job.fault
        of_job = select(ImportRow.state, func.count()).where(ImportRow.import_id == number)
        found = {RowState(state).name.lower(): rows for state, rows in db.session.execute(of_job.group_by("state"))}
        assert job.counts == found
        assert job.lines == sum(found.values())
        return found


def refusals(shop: Shop, number: int) -> list[tuple[int, str, str]]:
    """Number, reason and detail of each refused row; none has a state without a reason."""
    with shop.work():
        rows = db.session.scalars(
            select(ImportRow).where(ImportRow.import_id == number).order_by(ImportRow.number)
        ).all()
        assert all((each.state is RowState.REFUSED) == bool(each.reason) for each in rows)
        return [(each.number, each.reason, each.detail) for each in rows if each.reason]


def job_of(shop: Shop, number: int) -> ImportJob:
    with shop.work():
        job = import_named(number)
        db.session.expunge(job)
        return job


def customers(shop: Shop) -> list[Customer]:
    """Those who are shown, in the order of their ids."""
    with shop.work():
        found = db.session.scalars(select(Customer).where(Customer.erased_at.is_(None)).order_by(Customer.id)).all()
        db.session.expunge_all()
        return list(found)


def phones(number: int, start: int = 0) -> Iterable[str]:
    """Ukrainian mobile phones, one after another."""
    return (f"+38050{each:07}" for each in range(start, start + number))
