"""The journal of operations that change the warehouse and the folder as well as this store, and the
receipts that they left."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "operation",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("begun_at", sa.DateTime, nullable=False),
        sa.Column("state", sa.String(10), nullable=False, index=True),
        sa.Column("ended_at", sa.DateTime),
        sa.Column("outcome", sa.JSON),
    )
