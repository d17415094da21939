"""The acts of a year as one ZIP that streams: at most one file of it is in memory (BI-6)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import RawIOBase
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import Engine, Row, select
from sqlalchemy.orm import Session

from app.acts.models import Act, ActFile
from app.db import business_id
from app.extensions import db
from app.scope import Scope


def files_of(year: int) -> list[Row[int, int, date]]:
    """Id, number and date of the acts of a series whose files are made, in their order."""
    made = select(Act.id, Act.number, Act.dated).join(
        ActFile, (ActFile.business_id == Act.business_id) & (ActFile.act_id == Act.id)
    )
    of_year = made.where(Act.business_id == business_id(), Act.year == year)
    return list(db.session.execute(of_year.order_by(Act.number)))


def zip_of(scope: Scope, year: int, files: list[Row[int, int, date]]) -> Iterator[bytes]:
    """The pieces of the ZIP. They are sent when the request and its session are over, so they have one of their own."""
    return _pieces(db.engine, scope, year, files)


def _pieces(engine: Engine, scope: Scope, year: int, files: list[Row[int, int, date]]) -> Iterator[bytes]:
    sink = _Sink()
    with Session(engine, info={"scope": scope}) as session, ZipFile(sink, "w", ZIP_STORED) as archive:
        for number, place, dated in files:
            content = session.scalar(
                select(ActFile.content).where(ActFile.business_id == scope.business_id, ActFile.act_id == number)
            )
            name = ZipInfo(f"{year}/{file_name(year, place)}", (*dated.timetuple()[:3], 0, 0, 0))
            archive.writestr(name, content or b"")
            yield sink.taken()
    yield sink.taken()


def file_name(year: int, number: int) -> str:
    """Of ASCII alone, so that every browser reads it the same."""
    return f"act-{year}-{number:04}.pdf"


class _Sink(RawIOBase):
    """What was written and not yet taken; it cannot go back, so a ZIP says behind each file how long it was."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self.pieces.append(piece)
        return len(piece)

    def taken(self) -> bytes:
        pieces, self.pieces = self.pieces, []
        return b"".join(pieces)
