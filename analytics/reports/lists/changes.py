"""Every line of the audit: the sentence first, then all that the line holds."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pandas as pd

from analytics.people import AuditEntry
from analytics.reports.deeds import Reader, said
from analytics.reports.sheets import who
from analytics.reports.tables import Column, Table

COLUMNS = ("seq", "at", "who", "said", "action", "object", "before", "after", "hash")


def written(value: object) -> str:
    """A value as the audit has it; nothing stays empty."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, default=str)


def changes_table(entries: Sequence[AuditEntry], reader: Reader) -> Table:
    """A row a line, the latest first."""
    rows = [
        {
            "seq": entry.seq,
            "at": f"{entry.at:%Y-%m-%d %H:%M:%S}",
            "who": who(entry.who, reader.language),
            "said": said(entry, reader),
            "action": entry.action,
            "object": entry.object,
            "before": written(entry.before),
            "after": written(entry.after),
            "hash": entry.hash[:12],
        }
        for entry in entries
    ]
    columns = [
        Column(name, reader.say(f"audit.{name}"), "count" if name == "seq" else "text")
        for name in COLUMNS
    ]
    return Table(pd.DataFrame(rows, columns=list(COLUMNS)), columns)
