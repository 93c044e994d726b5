"""The environment: every variable that this program reads, and nowhere else
(docs/deployment.md)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
MEMORY = "640MB"  # what is more goes to disk; an office PC has other work


@dataclass(frozen=True)
class Environment:
    """What whoever starts the program said of it."""

    home: Path  # RENEWAL_HOME: the home folder
    backups: Path | None  # RENEWAL_BACKUPS: where backups go that nobody named a folder for
    state_url: str | None  # RENEWAL_STATE_URL: another database for what people write
    memory: str  # RENEWAL_MEMORY: what DuckDB holds at most
    audit_key: Path | None  # RENEWAL_AUDIT_KEY: signs every line of the audit
    audit_heads: Path | None  # RENEWAL_AUDIT_HEADS: where heads are published
    audit_public: Path | None  # RENEWAL_AUDIT_PUBLIC: the keys that a check knows
    language: str  # LANG: of sentences that nobody asked for in another language
    system: Mapping[str, str]  # PATH and SYSTEMROOT: what a process of ours needs to start


def environment(variables: Mapping[str, str] = os.environ) -> Environment:
    """The environment as it is now; a variable that is empty counts as not set."""

    def path(name: str) -> Path | None:
        return Path(variables[name]) if variables.get(name) else None

    return Environment(
        home=path("RENEWAL_HOME") or PROJECT / "home",
        backups=path("RENEWAL_BACKUPS"),
        state_url=variables.get("RENEWAL_STATE_URL") or None,
        memory=variables.get("RENEWAL_MEMORY") or MEMORY,
        audit_key=path("RENEWAL_AUDIT_KEY"),
        audit_heads=path("RENEWAL_AUDIT_HEADS"),
        audit_public=path("RENEWAL_AUDIT_PUBLIC"),
        language="zh" if variables.get("LANG", "").startswith("zh") else "en",
        system={name: variables.get(name, "") for name in ("PATH", "SYSTEMROOT")},
    )


def read_characters_alone() -> None:
    """Keep pypinyin from reading its list of phrases, which takes a second and 40 MB: names stand
    in no list."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
