"""`flask import customers`: files too large for the form (IM-1)."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select, update

from app.accounts.models import User
from app.customers import stats
from app.customers.details import Details
from app.customers.services.creating import create_customer
from app.extensions import db
from app.imports.models import ImportJob, ImportState
from app.imports.queries import held_import
from app.imports.services import loading, reading, uploading
from app.imports.services.uploading import confirm
from app.lib import dates
from app.permissions import Role
from tests.bulk.batches import run
from tests.imports.desk import ImportDesk
from tests.imports.files import counts, csv_bytes, customers, job_of, phones
from tests.people import Shop, Town


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_bytes(csv_bytes(*[[each, "Olena", "Koval", "", "", "5"] for each in phones(500)], ["050", "Nobody"]))
    return path


def command(town: Town, file: Path, *more: str, user: str = "anna@example.com") -> Result:
    where = ("--business", "kavalier", "--program", "Kavalier Club", "--user", user)
    return town.app.test_cli_runner().invoke(args=["import", "customers", str(file), *where, *more])


def test_a_file_is_checked_and_written(town: Town, shop: Shop, file: Path) -> None:
    """IM-1, IM-2."""
    result = command(town, file)
    assert result.exit_code == 0, result.output
    assert "phone: phone" in result.output
    assert "new: 500" in result.output
    assert "does not begin with +" in result.output
    assert "Done in" in result.output
    assert len(customers(shop)) == 500
    with shop.work():
        assert stats.differences().number == 0
    again = command(town, file)
    assert "unchanged: 500" in again.output
    assert "nothing to write" in again.output
    assert len(customers(shop)) == 500


def test_a_dry_run_leaves_a_draft(town: Town, shop: Shop, file: Path) -> None:
    result = command(town, file, "--dry-run")
    assert "new: 500" in result.output
    assert customers(shop) == []


def test_what_was_killed_while_reading_is_gone_on_with(
    town: Town, shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 100)
    real, seen = loading.read_on, []

    def dying(*values: object) -> bool:
        seen.append(1)
        if len(seen) > 2:
            raise KeyboardInterrupt
        return real(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "read_on", dying)
    command(town, file)
    (number,) = jobs(shop)
    assert (job_of(shop, number).state, job_of(shop, number).lines) == (ImportState.READING, 200)
    monkeypatch.setattr(loading, "read_on", real)
    result = command(town, file)
    assert f"Import {number}: 501 rows read" in result.output, result.output
    assert counts(shop, number) == {"new": 500, "refused": 1}
    assert len(customers(shop)) == 500


def test_what_was_killed_while_writing_is_left_to_workers(town: Town, shop: Shop, file: Path) -> None:
    """A second import of the same people beside it would refuse those whom the first is about to write."""
    command(town, file, "--dry-run")
    (number,) = jobs(shop)
    with shop.work(town.anna):
        batch = confirm(held_import(number), Role.ADMIN).id
    result = command(town, file)
    assert result.exit_code == 1
    assert f"Import {number} of this very file is not at its end yet" in result.output
    assert jobs(shop) == [number]
    run(shop, batch)
    assert "unchanged: 500" in command(town, file).output


def test_who_is_disabled_imports_nothing(town: Town, shop: Shop, file: Path) -> None:
    with shop.work(town.anna):
        db.session.execute(update(User).where(User.id == town.anna.id).values(disabled_at=dates.now()))
    assert "may not import" in command(town, file).output
    assert jobs(shop) == []


def test_where_every_row_is_overtaken_it_says_so(
    town: Town, shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It told a traceback."""
    file.write_bytes(csv_bytes(["+380501112233", "Olena"]))
    monkeypatch.setattr(reading.steering, "AT_ONCE", 0)
    real = loading.freeze

    def overtaken(*values: object) -> None:
        with shop.work(town.anna):
            create_customer(Details(phone="+380501112233"), None)
        real(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "freeze", overtaken)
    result = command(town, file)
    assert result.exit_code == 0, result.output
    assert "No row can be taken any more" in result.output
    assert not isinstance(result.exception, Exception)


def test_what_is_removed_meanwhile_is_told(town: Town, shop: Shop, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "CHUNK", 100)
    real = loading.read_on

    def removed(*values: object) -> bool:
        with shop.work(town.anna):
            uploading.discard(held_import(jobs(shop)[0]))
        return real(*values)  # type: ignore[arg-type]

    monkeypatch.setattr(loading, "read_on", removed)
    result = command(town, file)
    assert result.exit_code == 1
    assert "Somebody removed the import meanwhile." in result.output


def test_it_stands_in_the_audit_log(town: Town, shop: Shop, file: Path) -> None:
    """PR-4: what was brought by the command, and what became of its draft."""
    command(town, file, "--dry-run")
    with shop.work(town.anna):
        uploading.discard(held_import(jobs(shop)[0]))
    log = ImportDesk(town, town.anna).see("/audit-log")
    assert "File of customers sent" in log
    assert "Draft of an import removed" in log


def jobs(shop: Shop) -> list[int]:
    with shop.work():
        return list(db.session.scalars(select(ImportJob.id)))


def test_what_is_no_csv_is_refused(town: Town, shop: Shop, file: Path) -> None:
    file.write_bytes(b"PK\x03\x04" + bytes(100))
    result = command(town, file)
    assert (result.exit_code, jobs(shop)) == (1, [])
    assert "is no CSV" in result.output


@pytest.mark.parametrize(
    ("more", "user", "said"),
    [
        (("--map", "phone=nonsense"), "anna@example.com", "write COLUMN=TARGET"),
        (("--map", "no such=phone"), "anna@example.com", "write COLUMN=TARGET"),
        (("--map", "phone="), "anna@example.com", ""),
        (("--map", "first name=points"), "anna@example.com", ""),
        ((), "boris@example.com", "may not import"),
        ((), "oleg@example.com", "may not import"),
        (("--program", "No such"), "anna@example.com", "There is no program"),
        (("--country", "Ukraine"), "anna@example.com", "is no country's code"),
        (("--country", "ua"), "anna@example.com", ""),
        (("--business", "nowhere"), "anna@example.com", "There is no business"),
    ],
)
def test_what_it_is_told_must_make_sense(
    town: Town, shop: Shop, file: Path, more: tuple[str, ...], user: str, said: str
) -> None:
    result = command(town, file, *more, "--dry-run", user=user)
    if said:
        assert result.exit_code == 1
        assert said in result.output
    else:
        assert result.exit_code == 0, result.output
    assert customers(shop) == []
