"""How groups of people are called: what a sheet or a row is named after when it is no person."""

from __future__ import annotations

import re

TEAM = re.compile(
    r"(组|队|团队|部|部门|区|中心|小组)$|\b(team|group|squad|department|dept)\b|^(team|group)",
    re.IGNORECASE,
)
BRANCH = re.compile(r"(分公司|支公司|中支|机构|分部)$|\bbranch\b", re.IGNORECASE)
