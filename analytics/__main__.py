"""The command line: everything the pages compute, as JSON (or CSV, or a table) on standard
output."""

from analytics.commands import chance, judging, keeping, loading, month, people, rules
from analytics.commands.shell import Context, main

__all__ = ["chance", "judging", "keeping", "loading", "main", "month", "people", "rules"]

if __name__ == "__main__":
    main(obj=Context(), prog_name="python -m analytics")
