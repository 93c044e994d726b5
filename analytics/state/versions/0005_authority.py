"""What is in force and since when: schemes adopted, periods published, sheets read; goals of
schemes, order of standards."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    with op.batch_alter_table("weight_scheme") as table:
        table.add_column(sa.Column("company_goal", sa.Text, nullable=False, server_default=""))
    with op.batch_alter_table("standard_version") as table:
        table.add_column(sa.Column("order", sa.JSON, nullable=False, server_default="[]"))
        table.add_column(sa.Column("restores", sa.Integer))
    op.create_table(
        "scheme_adoption",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("adopted_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("published_at", sa.DateTime, nullable=False),
        sa.Column("undone_by", sa.String(200), nullable=False),
        sa.Column("undone_at", sa.DateTime),
        sa.Column("undone_why", sa.Text, nullable=False),
    )
    op.create_table(
        "sheet_read",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agent_id", sa.String(200), nullable=False, index=True),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("read_at", sa.DateTime, nullable=False),
    )
