"""Whose account an address is, and which logins were ended before their time."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "login_binding",
        sa.Column("email", sa.String(200), primary_key=True),
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(500), nullable=False),
        sa.Column("bound_at", sa.DateTime, nullable=False),
        sa.UniqueConstraint("issuer", "subject"),
    )
    op.create_table(
        "login_end",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("email", sa.String(200), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
    )
