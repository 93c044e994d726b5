"""The tables of the state store as SQLAlchemy sees them; their columns are made by the
migrations."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()
# Tables whose rows the audit keeps no digests of: its own, what no person writes, and who proposed
# (it would tell what, by the moment).
UNWATCHED = frozenset({"audit", "operation", "proposer"})


def _table(table: str, **columns: object) -> sa.Table:
    kinds = {
        "text": sa.Text,
        "int": sa.Integer,
        "date": sa.Date,
        "moment": sa.DateTime,
        "json": sa.JSON,
        "yes": sa.Boolean,
        "bytes": sa.LargeBinary,
        "number": sa.Float,
    }
    return sa.Table(
        table,
        metadata,
        *(
            sa.Column(key, kinds[str(kind).removesuffix("!")], primary_key=str(kind).endswith("!"))
            for key, kind in columns.items()
        ),
    )


audit = _table(
    "audit",
    seq="int!",
    at="moment",
    who="text",
    action="text",
    object="text",
    before="text",
    after="text",
    previous="text",
    hash="text",
    rows="text",
    signer="text",
    signature="text",
)
weight_scheme = _table(
    "weight_scheme",
    name="text!",
    version="int!",
    categories="json",
    indicators="json",
    author="text",
    reason="text",
    purpose="text",
    saved_at="moment",
    trace="json",
    effective_from="date",
    company_goal="text",
)
recipe = _table("recipe", headers_key="text!", name="text", recipe="json", saved_at="moment")
setting = _table("setting", name="text!", value="json", saved_at="moment")
agent_alias = _table("agent_alias", alias="text!", agent_id="text", saved_at="moment")
note = _table(
    "note",
    id="int!",
    agent_id="text",
    first="date",
    last="date",
    kind="text",
    text="text",
    author="text",
    written_at="moment",
    changed_at="moment",
    version="int",
)
talk = _table(
    "talk",
    id="int!",
    agent_id="text",
    state="text",
    reason="text",
    action="text",
    owner="text",
    talk_on="date",
    follow_up_on="date",
    agreed="text",
    comment="text",
    indicators="json",
    first="date",
    last="date",
    author="text",
    written_at="moment",
    version="int",
)
attachment = _table("attachment", id="int!", name="text", data="bytes")
objection = _table(
    "objection",
    id="int!",
    agent_id="text",
    first="date",
    last="date",
    about="text",
    kind="text",
    text="text",
    indicator="text",
    policy_id="text",
    proposal="json",
    attachment="int",
    author="text",
    made_at="moment",
    due_on="date",
    state="text",
    answer="text",
    answered_by="text",
    answered_at="moment",
    version="int",
)
correction = _table(
    "correction",
    id="int!",
    policy_id="text",
    month="date",
    values="json",
    old="json",
    why="text",
    who="text",
    objection="int",
    made_at="moment",
    undone="yes",
)
closed_sheet = _table(
    "closed_sheet",
    id="int!",
    agent_id="text",
    first="date",
    last="date",
    snapshot="json",
    fingerprint="text",
    scheme="text",
    scheme_version="int",
    standard_version="int",
    closed_by="text",
    closed_at="moment",
    reopened_by="text",
    reopened_at="moment",
    reopened_why="text",
)
standard_version = _table(
    "standard_version",
    version="int!",
    indicators="json",
    grades="json",
    vetoes="json",
    author="text",
    reason="text",
    effective_from="date",
    made_at="moment",
    order="json",
    restores="int",
)
weight_proposal = _table("weight_proposal", person="text!", categories="json", made_at="moment")
proposer = _table("proposer", email="text!")
market_average = _table(
    "market_average",
    indicator="text!",
    value="number",
    source="text",
    author="text",
    saved_at="moment",
)
account = _table(
    "account",
    email="text!",
    role="text",
    name="text",
    agent_id="text",
    teams="json",
    branches="json",
    active="yes",
    version="int",
)
scheme_adoption = _table(
    "scheme_adoption",
    id="int!",
    name="text",
    version="int",
    effective_from="date",
    reason="text",
    who="text",
    adopted_at="moment",
)
publication = _table(
    "publication",
    id="int!",
    first="date",
    last="date",
    who="text",
    published_at="moment",
    undone_by="text",
    undone_at="moment",
    undone_why="text",
)
sheet_read = _table(
    "sheet_read",
    id="int!",
    agent_id="text",
    first="date",
    last="date",
    fingerprint="text",
    who="text",
    read_at="moment",
)
operation = _table(
    "operation",
    id="int!",
    kind="text",
    plan="json",
    who="text",
    begun_at="moment",
    state="text",
    ended_at="moment",
    outcome="json",
)
sample_past = _table("sample_past", name="text!", ids="json")
login_binding = _table(
    "login_binding", email="text!", issuer="text", subject="text", bound_at="moment"
)
login_end = _table("login_end", key="text!", email="text", at="number")
