"""What makes the audit evidence: the digests of the rows that a line stands for, who signed it, and
the signature."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    with op.batch_alter_table("audit") as table:
        table.add_column(sa.Column("rows", sa.Text))
        table.add_column(sa.Column("signer", sa.String(16)))
        table.add_column(sa.Column("signature", sa.String(100)))
