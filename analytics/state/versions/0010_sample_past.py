"""Which rows are the past of the sample company, so that they go with it and nothing else does."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "sample_past",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("ids", sa.JSON, nullable=False),
    )
