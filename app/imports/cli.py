"""The command for files that are too large for the form (IM-1)."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask.cli import AppGroup
from phonenumbers import SUPPORTED_REGIONS
from sqlalchemy import select
from werkzeug.exceptions import NotFound

from app.accounts.models import Membership, User
from app.bulk.models import UNDER_WAY, BatchState
from app.bulk.queries import progress_of
from app.bulk.services import steering
from app.businesses.queries import business_with_slug
from app.db import business_id, unit_of_work
from app.extensions import db
from app.imports.models import ImportJob
from app.imports.parsing import DELIMITERS, ENCODINGS, Format, NoTextError
from app.imports.queries import held_import, import_named
from app.imports.services import loading, uploading
from app.imports.targets import MappingError, suggested, targets
from app.imports.words import RowWords
from app.loyalty.models import Program
from app.permissions import Permission, Role, allows
from app.scope import Scope

group = AppGroup("import", help="Files of customers, of any size.")
EVERY = 1.0
"""Seconds between two words on how far it is."""


@group.command("customers")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--business", "slug", required=True, help="The business, by its short name.")
@click.option("--program", "title", required=True, help="The program, by its title or number.")
@click.option("--user", "email", required=True, help="In whose name: one who may import in that business.")
@click.option("--map", "said", multiple=True, help="COLUMN=TARGET, such as Tel=phone; Tel= leaves it out.")
@click.option("--country", default="", help="In which phones without a + are read, such as UA.")
@click.option("--encoding", type=click.Choice(ENCODINGS), help="Guessed when left out.")
@click.option("--delimiter", type=click.Choice(DELIMITERS), help="Guessed when left out.")
@click.option("--no-header", is_flag=True, help="The first line is a customer; columns are called 1, 2 and so on.")
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and leave it as a draft.")
def customers(
    file: Path,
    slug: str,
    title: str,
    email: str,
    said: tuple[str, ...],
    country: str,
    encoding: str | None,
    delimiter: str | None,
    no_header: bool,
    dry_run: bool,
) -> None:
    """Import the customers of FILE, a CSV: each row is checked first, then all that can be are written.

    Given again after it was killed while it read, it goes on; what is confirmed, workers go on with. What
    columns are is guessed by their names, unless --map says it.
    """
    scope, role = _who(slug, email)
    if country and country.upper() not in SUPPORTED_REGIONS:
        raise click.ClickException(f"{country} is no country's code. Write two letters such as UA.")
    try:
        found = loading.guess_of(file)
    except NoTextError:
        raise click.ClickException(f"{file} is no CSV. Save it as CSV UTF-8 in a spreadsheet program.") from None
    how = Format(encoding or found.encoding, delimiter or found.delimiter, not no_header)
    number = _begin(scope, file, how, title, said, country.upper())
    _read(scope, number, file)
    if not dry_run:
        _write(scope, number, role)


def _who(slug: str, email: str) -> tuple[Scope, Role]:
    business = business_with_slug(slug)
    if business is None:
        raise click.ClickException(f"There is no business with the short name {slug}.")
    with unit_of_work(Scope(business)):
        mine = select(Membership).join(User, User.id == Membership.user_id)
        member = db.session.scalars(
            mine.where(
                *(Membership.business_id == business, User.email == email.lower()),
                *(Membership.disabled_at.is_(None), User.disabled_at.is_(None)),
            )
        ).one_or_none()
        if member is None or not allows(Role(member.role), Permission.IMPORT_CUSTOMERS):
            raise click.ClickException(f"{email} may not import customers there.")
        return Scope(business, member.user_id), Role(member.role)


def _begin(scope: Scope, file: Path, how: Format, title: str, said: Iterable[str], country: str) -> int:
    columns = loading.columns_of(file, how)
    with unit_of_work(scope):
        mapping = _mapping(columns, said)
        for column, key in zip(columns, mapping, strict=True):
            click.echo(f"{column}: {key or 'left out'}")
        source = loading.Source(file, how, columns, mapping, _program(title), country)
        try:
            return loading.begin(source).id
        except MappingError as error:
            raise click.ClickException(
                f"Two columns are {', '.join(error.twice)}." if error.twice else "No column is a phone or cards."
            ) from None
        except loading.StandingError as error:
            raise click.ClickException(
                f"Import {error.number} of this very file is not at its end yet: see Imports in the panel."
            ) from None


def _mapping(columns: list[str], said: Iterable[str]) -> list[str]:
    known = {each.key: each.key for each in targets()} | {each.label.casefold(): each.key for each in targets()}
    chosen = {}
    for each in said:
        column, sign, target = each.rpartition("=")
        if not sign or column not in columns or (target and target.casefold() not in known):
            offered = ", ".join(dict.fromkeys(known.values()))
            raise click.ClickException(f"{each}: write COLUMN=TARGET with a column of the file and one of {offered}.")
        chosen[column] = known[target.casefold()] if target else ""
    guessed = zip(columns, suggested(columns), strict=True)
    taken = set(chosen.values())
    return [chosen.get(column, "" if key in taken else key) for column, key in guessed]


def _program(title: str) -> int:
    mine = select(Program).where(Program.business_id == business_id())
    found = [each for each in db.session.scalars(mine) if title in (each.title, str(each.id))]
    if len(found) != 1:
        raise click.ClickException(f"There is no program {title}.")
    return found[0].id


def _read(scope: Scope, number: int, file: Path) -> None:
    with unit_of_work(scope):
        expected = import_named(number).expected
    told = began = time.monotonic()
    with _of_nobody_else():
        for at in loading.read(scope, number, file):
            if time.monotonic() - told >= EVERY:
                told = time.monotonic()
                click.echo(f"{at:,} of about {expected:,} rows read, {at / (told - began):,.0f} a second")
        with unit_of_work(scope):
            _tell(import_named(number), time.monotonic() - began)


@contextmanager
def _of_nobody_else() -> Iterator[None]:
    """Says so when somebody removed the import in the panel meanwhile, or confirmed it."""
    try:
        yield
    except NotFound:
        raise click.ClickException("Somebody removed the import meanwhile.") from None
    except (steering.WrongStateError, uploading.WrongStateError):
        raise click.ClickException("Somebody confirmed or removed it meanwhile: see Imports in the panel.") from None


def _tell(job: ImportJob, seconds: float) -> None:
    click.echo(f"Import {job.id}: {job.lines:,} rows read in {seconds:.1f} s.")
    for name in ("new", "updated", "unchanged", "refused"):
        click.echo(f"  {name}: {job.counts.get(name, 0):,}")
    words = RowWords()
    for reason, number in sorted(job.reasons.items(), key=lambda each: -each[1]):
        click.echo(f"    {words.reason(reason)}: {number:,}")


def _write(scope: Scope, number: int, role: Role) -> None:
    with _of_nobody_else(), unit_of_work(scope):
        batch = import_named(number).batch_id
    if batch is None:
        click.echo("There is nothing to write.")
        return
    loading.freeze(scope, batch)
    try:
        with _of_nobody_else(), unit_of_work(scope):
            uploading.confirm(held_import(number), role)
    except steering.NothingToDoError:
        click.echo("No row can be taken any more: see which are refused under Imports in the panel.")
        return
    began, writers = time.monotonic(), loading.write(scope, batch)
    while working := [each for each in writers if each.is_alive()]:
        working[0].join(EVERY)
        with unit_of_work(scope):
            done = progress_of(batch).handled
        click.echo(f"{done:,} written, {done / (time.monotonic() - began):,.0f} a second")
    state = loading.state_of(scope, batch)
    if state in UNDER_WAY or state in (BatchState.WAITING, BatchState.PAUSED):
        click.echo(f"It is {state.name.lower()}: see Imports in the panel.")
    else:
        click.echo(f"Done in {time.monotonic() - began:.1f} s.")
