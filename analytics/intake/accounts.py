"""A CSV of accounts → accounts; email, role, name, agent_id, teams, branches, active."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from analytics.errors import FileRefused
from analytics.intake.encoding import decode
from analytics.people import Account

COLUMNS = {
    "email": ("email", "e-mail", "邮箱", "账号"),
    "role": ("role", "角色"),
    "name": ("name", "姓名"),
    "agent_id": ("agent_id", "agent id", "工号"),
    "teams": ("teams", "team", "团队"),
    "branches": ("branches", "branch", "机构"),
    "active": ("active", "启用"),
}
ROLE_WORDS = {"管理员": "admin", "主管": "manager", "经理": "manager", "续保员": "agent"}
OFF = ("0", "no", "n", "false", "否", "停用")


def accounts_from(data: bytes, name: str) -> list[Account]:
    """Accounts of a CSV, several teams or branches separated by ; or 、; refuses a file without
    e-mail and role."""
    text, _ = decode(data, Path(name), None)
    reader = csv.reader(io.StringIO(text))
    headers = [header.strip().lower() for header in next(reader, [])]
    places = {
        field: next((place for place, header in enumerate(headers) if header in words), None)
        for field, words in COLUMNS.items()
    }
    for needed in ("email", "role"):
        if places[needed] is None:
            raise FileRefused("column_missing", file=name, column=needed, headers=headers[:20])
    entries = []
    for row in reader:
        cells = {
            field: (row[place].strip() if place is not None and place < len(row) else "")
            for field, place in places.items()
        }
        if not any(cells.values()):
            continue
        role = ROLE_WORDS.get(cells["role"], cells["role"].lower())
        active = cells["active"].lower() not in OFF
        entries.append(
            Account(
                cells["email"],
                role,
                cells["name"],
                cells["agent_id"],
                _parts(cells["teams"]),
                _parts(cells["branches"]),
                active,
            )
        )
    return entries


def _parts(text: str) -> tuple[str, ...]:
    for mark in ("；", ";", "、", "|"):
        text = text.replace(mark, ",")
    return tuple(part.strip() for part in text.split(",") if part.strip())
