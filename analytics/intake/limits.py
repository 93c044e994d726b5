"""What a file may hold at most: told before a file is chosen, kept by the process that opens it."""

from __future__ import annotations

from analytics.language import say

FILE_MB = 2048
SIZE_LIMIT = FILE_MB * 1024**2
UNPACKED_LIMIT = 300 * 1024**2
MEMBER_LIMIT = 200
ROW_LIMIT = 20_000_000
COLUMN_LIMIT = 2_000
CELL_LIMIT = 60_000_000
LINE_LIMIT = 8 * 1024**2
MEMORY = 1536 * 1024**2
SECONDS = 30


def sentences(language: str) -> list[str]:
    """The limits in words."""
    return [
        say("limit.size", language, size=FILE_MB // 1024),
        say(
            "limit.table",
            language,
            rows=f"{ROW_LIMIT:,}",
            columns=f"{COLUMN_LIMIT:,}",
            cells=f"{CELL_LIMIT:,}",
        ),
        say("limit.archive", language, size=UNPACKED_LIMIT // 1024**2, files=MEMBER_LIMIT),
        say("limit.line", language, size=LINE_LIMIT // 1024**2),
        say("limit.time", language, seconds=SECONDS),
    ]


def plain() -> dict[str, int]:
    """The limits as numbers: bytes, counts, seconds."""
    return {
        "file_bytes": SIZE_LIMIT,
        "unpacked_bytes": UNPACKED_LIMIT,
        "archive_files": MEMBER_LIMIT,
        "rows": ROW_LIMIT,
        "columns": COLUMN_LIMIT,
        "cells": CELL_LIMIT,
        "line_bytes": LINE_LIMIT,
        "memory_bytes": MEMORY,
        "seconds": SECONDS,
    }
