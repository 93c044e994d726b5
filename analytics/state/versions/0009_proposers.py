"""Who has proposed weights stands apart from what was proposed; digests that the home's own secret
gave away become random ones."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table("proposer", sa.Column("email", sa.String(200), primary_key=True))
    made = sa.table("weight_proposal", sa.column("person", sa.String))
    to = op.get_bind()
    for person in list(to.execute(sa.select(made.c.person)).scalars()):
        to.execute(
            sa.update(made).where(made.c.person == person).values(person=secrets.token_hex(32))
        )
