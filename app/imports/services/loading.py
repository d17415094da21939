"""A file of any size, read where it lies (PERFORMANCE: CSV import by command), by several processes at once.

One cuts the file into rows and writes them while others work out what rows say; then all of them write customers.
What is killed while it reads goes on when the command is given again: the same file, read in the same way, is the same
import. What is killed while it writes is gone on with by workers, as any bulk action is.
"""

from __future__ import annotations

import hashlib
import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TextIO

from flask import Flask, current_app
from sqlalchemy import select

from app.bulk.models import STANDING, Batch, BatchState
from app.bulk.queries import batch_named
from app.bulk.services.running import work as work_batch
from app.db import business_id, current_scope, unit_of_work
from app.extensions import db
from app.imports.cleaning import Cleaner
from app.imports.lines import Line, lines, told_once
from app.imports.models import ImportJob, ImportState
from app.imports.parsing import Format, Record, guess, preview_of, records
from app.imports.queries import import_named
from app.imports.services.reading import cleaner_of, read_on, seen_by
from app.imports.services.uploading import format_of, tell_upload
from app.imports.targets import check_mapping
from app.scope import Scope

PROCESSES = 2
"""That work beside the one which was started: more only wait for the database."""
TOGETHER, AHEAD = 2_000, 4
"""Rows that a process gets at once, and how many such lots are worked out before they are needed."""
_BLOCK = 2**20


@dataclass(frozen=True)
class Source:
    """A file and how it is to be read."""

    path: Path
    how: Format
    columns: Sequence[str]
    mapping: Sequence[str]
    program_id: int
    country: str = ""


def columns_of(path: Path, how: Format) -> list[str]:
    with _open(path, how) as stream:
        return preview_of(stream, how).columns


class StandingError(Exception):
    """An import of this very file is confirmed and not at its end; `number` is that one."""

    def __init__(self, number: int) -> None:
        super().__init__(str(number))
        self.number = number


def begin(source: Source) -> ImportJob:
    """An import of a file, or the one that was begun of it in just the same way. Raises MappingError, StandingError."""
    check_mapping(source.mapping)
    sha256, size, number = _look(source.path)
    _expect_none_standing(sha256)
    said = {
        "sha256": sha256,
        "encoding": source.how.encoding,
        "delimiter": source.how.delimiter,
        "has_header": source.how.has_header,
        "mapping": list(source.mapping),
        "program_id": source.program_id,
        "country": source.country,
        "user_id": current_scope().user_id,
    }
    same = (getattr(ImportJob, name) == value for name, value in said.items())
    begun = select(ImportJob).where(
        ImportJob.business_id == business_id(), ~ImportJob.has_file, ImportJob.state == ImportState.READING, *same
    )
    if (job := db.session.scalars(begun.order_by(ImportJob.id).limit(1)).first()) is not None:
        return job
    job = ImportJob(business_id=business_id(), name=source.path.name, size=size, expected=number, **said)
    job.columns, job.state, job.has_file = list(source.columns), ImportState.READING, False
    db.session.add(job)
    db.session.flush()
    tell_upload(job)
    return job


def _expect_none_standing(sha256: bytes) -> None:
    """A second one would take for new whom the first is about to write, and refuse them in the end."""
    confirmed = select(ImportJob.id).join(
        Batch, (Batch.business_id == ImportJob.business_id) & (Batch.id == ImportJob.batch_id)
    )
    same = ImportJob.business_id == business_id(), ImportJob.sha256 == sha256, Batch.state.in_(STANDING)
    if (number := db.session.scalar(confirmed.where(*same).limit(1))) is not None:
        raise StandingError(number)


def read(scope: Scope, number: int, path: Path) -> Iterator[int]:
    """Reads the file to its end, and tells after each chunk how many rows are read."""
    with unit_of_work(scope):
        job = import_named(number)
        at, how, width = job.lines, format_of(job), len(job.columns)
        cleaner, seen = cleaner_of(job), seen_by(job)
    fork = multiprocessing.get_context("fork")
    with (
        _open(path, how) as stream,
        ProcessPoolExecutor(1, fork, initializer=_take, initargs=(cleaner, scope.business_id or 0)) as pool,
    ):
        found = told_once(_understood(pool, islice(records(stream, how, width), at, None), at), seen)
        more = True
        while more:
            more = read_on(scope, number, found, at, _Once())
            with unit_of_work(scope):
                at = import_named(number).lines
            yield at


class _Once:
    """Lets one chunk be read."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self) -> bool:
        before, self.asked = self.asked, True
        return before


def write(scope: Scope, batch: int) -> Sequence[BaseProcess]:
    """Processes that write what is confirmed, and end when all is written; workers may do so beside them."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    fork = multiprocessing.get_context("fork")
    begun = [
        fork.Process(target=_work, args=(app, scope.business_id, batch), daemon=True) for _each in range(PROCESSES)
    ]
    for each in begun:
        each.start()
    return begun


def freeze(scope: Scope, batch: int) -> None:
    """Freezes the rows of a draft that waits for it."""
    work_batch(scope.business_id or 0, batch, lambda: False)


def state_of(scope: Scope, batch: int) -> BatchState:
    with unit_of_work(scope):
        return batch_named(batch).state


def _work(app: Flask, business: int, batch: int) -> None:
    with app.app_context():
        db.engine.dispose(close=False)
        while work_batch(business, batch, lambda: False):
            pass


def _understood(pool: ProcessPoolExecutor, found: Iterator[Record], at: int) -> Iterator[Line]:
    """What rows say, worked out beside; some chunks ahead of who takes them, in their order."""
    waiting: deque[Future[list[Line]]] = deque()
    while chunk := list(islice(found, TOGETHER)):
        waiting.append(pool.submit(_understand, chunk, at))
        at += len(chunk)
        if len(waiting) > AHEAD:
            yield from waiting.popleft().result()
    while waiting:
        yield from waiting.popleft().result()


_given: tuple[Cleaner, int]
"""What a process of the pool works with."""


def _take(cleaner: Cleaner, business: int) -> None:
    global _given
    _given = cleaner, business


def _understand(chunk: list[Record], after: int) -> list[Line]:
    cleaner, business = _given
    return list(lines(chunk, after, cleaner, business))


def _open(path: Path, how: Format) -> TextIO:
    return path.open(encoding=how.encoding, errors="replace", newline=None)


def guess_of(path: Path) -> Format:
    """How a file seems to be read, by its first part. Raises NoTextError."""
    with path.open("rb") as file:
        begun = file.read(_BLOCK)
    return guess(begun if len(begun) < _BLOCK else begun[: begun.rfind(b"\n") + 1] or begun)


def _look(path: Path) -> tuple[bytes, int, int]:
    """Its hash, its bytes, and about how many rows it has."""
    found, size, number = hashlib.sha256(), 0, 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
            size += len(block)
            number += block.count(b"\n")
    return found.digest(), size, number
