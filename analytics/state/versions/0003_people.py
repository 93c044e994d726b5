"""What people write around the sheet: notes, talks, objections, corrections, closed sheets,
standards, accounts, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("object", sa.String(300), nullable=False),
        sa.Column("before", sa.Text, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.create_table(
        "note",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agent_id", sa.String(200), nullable=False, index=True),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("written_at", sa.DateTime, nullable=False),
        sa.Column("changed_at", sa.DateTime),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "talk",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agent_id", sa.String(200), nullable=False, index=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("owner", sa.String(200), nullable=False),
        sa.Column("talk_on", sa.Date),
        sa.Column("follow_up_on", sa.Date),
        sa.Column("agreed", sa.Text, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("indicators", sa.JSON, nullable=False),
        sa.Column("first", sa.Date),
        sa.Column("last", sa.Date),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("written_at", sa.DateTime, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.execute(
        "insert into talk (agent_id, state, reason, action, owner, talk_on, agreed, "
        "comment, indicators, author, written_at, version) "
        "select agent_id, 'done', reason, action, '', last_date, '', comment, '[]', "
        "'local', saved_at, 1 from coaching where last_date is not null"
    )
    op.execute(
        "insert into talk (agent_id, state, reason, action, owner, talk_on, agreed, "
        "comment, indicators, author, written_at, version) "
        "select agent_id, 'planned', reason, action, '', next_date, '', comment, '[]', "
        "'local', saved_at, 1 from coaching "
        "where listed or next_date is not null or action <> '' or comment <> ''"
    )
    op.drop_table("coaching")
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agent_id", sa.String(200), nullable=False, index=True),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        sa.Column("about", sa.String(20), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("indicator", sa.String(120), nullable=False),
        sa.Column("policy_id", sa.String(200), nullable=False),
        sa.Column("proposal", sa.JSON, nullable=False),
        sa.Column("attachment", sa.Integer, sa.ForeignKey("attachment.id")),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("answered_by", sa.String(200), nullable=False),
        sa.Column("answered_at", sa.DateTime),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("policy_id", sa.String(200), nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("values", sa.JSON, nullable=False),
        sa.Column("old", sa.JSON, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("objection", sa.Integer, sa.ForeignKey("objection.id")),
        sa.Column("made_at", sa.DateTime, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False),
    )
    op.create_table(
        "closed_sheet",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("agent_id", sa.String(200), nullable=False, index=True),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        sa.Column("snapshot", sa.JSON, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("scheme", sa.String(120), nullable=False),
        sa.Column("scheme_version", sa.Integer, nullable=False),
        sa.Column("standard_version", sa.Integer, nullable=False),
        sa.Column("closed_by", sa.String(200), nullable=False),
        sa.Column("closed_at", sa.DateTime, nullable=False),
        sa.Column("reopened_by", sa.String(200), nullable=False),
        sa.Column("reopened_at", sa.DateTime),
        sa.Column("reopened_why", sa.Text, nullable=False),
    )
    op.create_table(
        "standard_version",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("indicators", sa.JSON, nullable=False),
        sa.Column("grades", sa.JSON, nullable=False),
        sa.Column("vetoes", sa.JSON, nullable=False),
        sa.Column("author", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("effective_from", sa.Date, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "weight_proposal",
        sa.Column("person", sa.String(64), primary_key=True),
        sa.Column("categories", sa.JSON, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "account",
        sa.Column("email", sa.String(200), primary_key=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("agent_id", sa.String(200), nullable=False),
        sa.Column("teams", sa.JSON, nullable=False),
        sa.Column("branches", sa.JSON, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    with op.batch_alter_table("weight_scheme") as table:
        table.add_column(sa.Column("trace", sa.JSON, nullable=False, server_default="[]"))
        table.add_column(sa.Column("effective_from", sa.Date))
