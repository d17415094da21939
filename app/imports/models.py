"""Imports: a file of customers, what its columns mean, and what becomes of each of its rows (IM-1, IM-2)."""

from __future__ import annotations

from datetime import date, datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base
from app.lib.columns import BusinessKey, Created, Id, Minor, SmallEnum, Words


class ImportState(IntEnum):
    """How far the reading of a file is. With READ the dry run is there; what follows is told by its batch."""

    UPLOADED = 1
    """It is not yet said what the columns mean."""
    READING = 2
    READ = 3
    FAILED = 4
    """`fault` says why it cannot be read."""


class RowState(IntEnum):
    """What the dry run found that a row does."""

    NEW = 1
    UPDATED = 2
    UNCHANGED = 3
    """Such a customer is there, and the row tells nothing new of it."""
    REFUSED = 4


class ImportJob(Base):
    """A file that somebody sent; of one customer a row."""

    __tablename__ = "import_job"
    __table_args__ = (
        ForeignKeyConstraint(["business_id"], ["business.id"]),
        ForeignKeyConstraint(["business_id", "program_id"], ["program.business_id", "program.id"]),
        ForeignKeyConstraint(
            ["business_id", "parent_id"],
            ["import_job.business_id", "import_job.id"],
            ondelete="SET NULL (parent_id)",
        ),
        ForeignKeyConstraint(
            ["business_id", "batch_id"], ["batch.business_id", "batch.id"], ondelete="SET NULL (batch_id)"
        ),
        Index(None, "business_id", "batch_id", unique=True),
        Index(None, "business_id", "parent_id"),
        Index("import_job_reading_idx", "business_id", "id", postgresql_where=text("state = 2")),
        Index(None, "business_id", "sha256"),
    )

    business_id: Mapped[BusinessKey]
    id: Mapped[Id]
    state: Mapped[ImportState] = mapped_column(SmallEnum(ImportState), server_default="1")
    name: Mapped[str] = mapped_column(Text)
    """What the file was called, for people."""
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    """Of the file: by it one is recognised that was sent before."""
    encoding: Mapped[str] = mapped_column(Text)
    delimiter: Mapped[str] = mapped_column(Text)
    has_header: Mapped[bool] = mapped_column(Boolean, server_default="true")
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """As the file calls them."""
    mapping: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """What each column is, by the keys of app.imports.targets; '' is left out."""
    program_id: Mapped[int | None] = mapped_column(BigInteger)
    """Into which customers are taken, and whose points are those to begin with."""
    country: Mapped[Words]
    """In which phones without a + are read; with '' they are refused."""
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id"))
    parent_id: Mapped[int | None] = mapped_column(BigInteger)
    """The import whose refused rows these are, mended."""
    parent_rows: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{}")
    """Their numbers there, in the order of this file."""
    batch_id: Mapped[int | None] = mapped_column(BigInteger)
    """What writes the rows (app.bulk); none where no row would be written, or when its draft lapsed."""
    expected: Mapped[int] = mapped_column(Integer, server_default="0")
    """About how many rows there are, by the lines of the file."""
    lines: Mapped[int] = mapped_column(Integer, server_default="0")
    """How many rows are read so far."""
    counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    """new, updated, unchanged and refused, of the rows read so far."""
    reasons: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    """Why rows were refused → how many."""
    fault: Mapped[Words]
    has_file: Mapped[bool] = mapped_column(Boolean, server_default="true")
    """Whether its bytes are in `import_file`; a command reads a file where it lies."""
    created_at: Mapped[Created]
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    forgotten_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When its rows and its file went, as they are kept for 30 days."""


class ImportFile(Base):
    """The bytes of a file, in a table of their own as nobody who lists imports needs them."""

    __tablename__ = "import_file"
    __table_args__ = (ForeignKeyConstraint(["business_id", "import_id"], ["import_job.business_id", "import_job.id"]),)

    business_id: Mapped[BusinessKey]
    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportRow(Base):
    """A row of a file, what it says once it is understood, and what it does.

    It refers to nothing by constraint, as a million are written at once (as with BatchItem).
    """

    __tablename__ = "import_row"
    __table_args__ = (
        Index(None, "business_id", "import_id", "state", "number"),
        Index(
            "import_row_reason_idx",
            *("business_id", "import_id", "reason", "number"),
            postgresql_where=text("reason <> ''"),
        ),
        Index(None, "business_id", "customer_id", postgresql_where=text("customer_id IS NOT NULL")),
    )

    business_id: Mapped[BusinessKey]
    import_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    """From 1 on, the header and blank lines not counted."""
    raw: Mapped[list[str]] = mapped_column(JSONB)
    """Its cells as they stand in the file, as long as cells may be."""
    state: Mapped[RowState] = mapped_column(SmallEnum(RowState))
    reason: Mapped[Words]
    """Why it is refused."""
    detail: Mapped[Words]
    """Where that lies: the key of a target, or the number of the row that it doubles."""
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    """Whom it is about: of who is new the id that it will have."""
    phone: Mapped[Words]
    first_name: Mapped[Words]
    last_name: Mapped[Words]
    first_name_key: Mapped[Words]
    last_name_key: Mapped[Words]
    email: Mapped[Words]
    birthday: Mapped[date | None] = mapped_column(Date)
    language: Mapped[Words]
    cards: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    """field_id, and the value in the column of its kind, as `answer` has them."""
    points: Mapped[Minor]
    """To begin with; none for who was given some already."""
    document: Mapped[Words]
    """What who is new is found by, as the text of a tsvector."""


class ImportColumn(Base):
    """What a column of this name was last said to be, for the next file (IM-1)."""

    __tablename__ = "import_column"
    __table_args__ = (ForeignKeyConstraint(["business_id"], ["business.id"]),)

    business_id: Mapped[BusinessKey]
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    """Case and blanks aside."""
    target: Mapped[str] = mapped_column(Text)
