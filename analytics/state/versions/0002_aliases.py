"""Spellings that stand for one agent."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "agent_alias",
        sa.Column("alias", sa.String(200), primary_key=True),
        sa.Column("agent_id", sa.String(200), nullable=False),
        sa.Column("saved_at", sa.DateTime, nullable=False),
    )
