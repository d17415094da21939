"""Imports: files of customers, their rows, what columns were said to be (IM-1, IM-2)."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.policies import WHOLE_BRAND, definer, open_to_definer, protect

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

ALL = "SELECT, INSERT, UPDATE, DELETE"


def upgrade() -> None:
    jobs()
    files()
    rows()
    columns()
    open_to_definer("import_job")
    definer("due_imports()", "TABLE (business_id bigint, import_id bigint)", DUE)


def jobs() -> None:
    op.create_table(
        "import_job",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("state", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=False),
        sa.Column("delimiter", sa.Text(), nullable=False),
        sa.Column("has_header", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("mapping", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("program_id", sa.BigInteger(), nullable=True),
        sa.Column("country", sa.Text(), server_default="", nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=True),
        sa.Column("expected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lines", sa.Integer(), server_default="0", nullable=False),
        sa.Column("counts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("reasons", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("fault", sa.Text(), server_default="", nullable=False),
        sa.Column("has_file", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("import_job_business_id_fkey")),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name=op.f("import_job_user_id_fkey")),
        sa.ForeignKeyConstraint(
            ["business_id", "program_id"],
            ["program.business_id", "program.id"],
            name=op.f("import_job_business_id_program_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "parent_id"],
            ["import_job.business_id", "import_job.id"],
            name=op.f("import_job_business_id_parent_id_fkey"),
            ondelete="SET NULL (parent_id)",
        ),
        sa.ForeignKeyConstraint(
            ["business_id", "batch_id"],
            ["batch.business_id", "batch.id"],
            name=op.f("import_job_business_id_batch_id_fkey"),
            ondelete="SET NULL (batch_id)",
        ),
        sa.PrimaryKeyConstraint("business_id", "id", name=op.f("import_job_pkey")),
    )
    op.create_index(op.f("import_job_business_id_batch_id_idx"), "import_job", ["business_id", "batch_id"], unique=True)
    op.create_index(op.f("import_job_business_id_parent_id_idx"), "import_job", ["business_id", "parent_id"])
    op.create_index(
        "import_job_reading_idx", "import_job", ["business_id", "id"], postgresql_where=sa.text("state = 2")
    )
    op.create_index(op.f("import_job_business_id_sha256_idx"), "import_job", ["business_id", "sha256"])
    protect("import_job", rights=ALL, seen=WHOLE_BRAND)


def files() -> None:
    op.create_table(
        "import_file",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id", "import_id"],
            ["import_job.business_id", "import_job.id"],
            name=op.f("import_file_business_id_import_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("business_id", "import_id", name=op.f("import_file_pkey")),
    )
    protect("import_file", rights=ALL, seen=WHOLE_BRAND)


def rows() -> None:
    words = ("phone", "first_name", "last_name", "first_name_key", "last_name_key", "email")
    op.create_table(
        "import_row",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("raw", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in words),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.Column("cards", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("answers", postgresql.JSONB(), server_default="[]", nullable=False),
        sa.Column("points", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("document", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("business_id", "import_id", "number", name=op.f("import_row_pkey")),
    )
    op.create_index(
        op.f("import_row_business_id_import_id_state_number_idx"),
        "import_row",
        ["business_id", "import_id", "state", "number"],
    )
    op.create_index(
        op.f("import_row_business_id_customer_id_idx"),
        "import_row",
        ["business_id", "customer_id"],
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    protect("import_row", rights=ALL, seen=WHOLE_BRAND)


def columns() -> None:
    op.create_table(
        "import_column",
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("import_column_business_id_fkey")),
        sa.PrimaryKeyConstraint("business_id", "name", name=op.f("import_column_pkey")),
    )
    protect("import_column", rights=ALL, seen=WHOLE_BRAND)


# Files that are read and lie in the database; a command reads its own.
DUE = """
    SELECT j.business_id, j.id FROM import_job j WHERE j.state = 2 AND j.has_file ORDER BY j.business_id, j.id
"""
