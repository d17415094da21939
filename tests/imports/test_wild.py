"""Ten thousand files of any kind are read and written, and nothing falls over (RELIABILITY: inputs; IM-1, IM-2)."""

from __future__ import annotations

import pytest

from app.customers import stats
from app.imports.models import ImportState
from app.imports.queries import held_import
from app.imports.services import uploading
from app.imports.services.mending import refused_file
from app.imports.services.uploading import EmptyError
from app.ledger.check import faults
from app.loyalty.models import FieldKind
from app.permissions import Role
from tests import memory
from tests.bulk.batches import became, foreseen, run
from tests.factories import add_customer, add_question
from tests.imports.files import counts, customers, job_of, read, refusals
from tests.imports.wild import wild_file
from tests.people import Shop, Town


@pytest.mark.parametrize(
    ("first", "number"),
    [
        (1, 40),
        pytest.param(1_000, 1_000, marks=pytest.mark.long),
        pytest.param(100_000, 10_000, marks=pytest.mark.faults),
    ],
)
def test_any_file_is_read_and_written(town: Town, first: int, number: int) -> None:
    """Each row is told to be something, what can be is written, no customer comes twice, and memory stays small."""
    shop = town.kavalier
    with shop.work():
        add_question("City")
        add_question("Dog", FieldKind.YES_NO)
        add_question("Coffee", FieldKind.CHOICE, choices=["Latte", "Mocha"])
        add_question("Height", FieldKind.NUMBER)
        for each in range(10):
            add_customer("Olena", "Koval", f"+38050{each:07}", cards=[f"88{each}"])
    read_rows = written = refused = 0
    before = memory.resident()
    for seed in range(first, first + number):
        found = one(shop, town, seed)
        read_rows, written, refused = read_rows + found[0], written + found[1], refused + found[2]
        assert memory.resident() - before < memory.MOST - memory.AT_REST, seed
    assert read_rows > number
    assert refused > number
    assert written > 0
    shown = customers(shop)
    assert len({each.phone for each in shown if each.phone}) == len([each for each in shown if each.phone])
    with shop.work():
        assert faults() == []
        assert stats.differences().number == 0


def one(shop: Shop, town: Town, seed: int) -> tuple[int, int, int]:
    """How many rows were read, written and refused."""
    try:
        with shop.work(town.anna):
            job = uploading.begin(wild_file(seed), f"{seed}.csv")
            mapping = job.mapping if {"phone", "cards"} & {*job.mapping} else ["phone", *job.mapping[1:]]
            uploading.check(job, mapping, shop.program, "UA" if seed % 2 else "")
            number = job.id
    except EmptyError:
        return 0, 0, 0
    read(shop, number)
    job = job_of(shop, number)
    if job.state is ImportState.FAILED:
        return 0, 0, 0
    told = counts(shop, number)
    assert sum(told.values()) == job.lines
    assert len(refusals(shop, number)) == told.get("refused", 0) == sum(job.reasons.values())
    with shop.work(town.anna), town.app.test_request_context():
        refused_file(job)
    return job.lines, confirm(shop, town, number), told.get("refused", 0)


def confirm(shop: Shop, town: Town, number: int) -> int:
    """What the run did is what the dry run said."""
    job = job_of(shop, number)
    if job.batch_id is None:
        return 0
    with shop.work(town.anna):
        uploading.confirm(held_import(number), Role.ADMIN)
    run(shop, job.batch_id)
    assert became(shop, job.batch_id) == foreseen(shop, job.batch_id)
    return became(shop, job.batch_id)["done"]
