"""The draft of the standards that this session keeps."""

from analytics.insight.draft import Draft
from pages.ui import session

KEPT = "standards_draft"


def draft() -> Draft:
    """What was changed in this session and not adopted yet."""
    kept: Draft | None = session.get(KEPT)
    return kept or Draft()


def keep(changed: Draft) -> None:
    session.put(KEPT, changed)


def discard() -> None:
    """Begin anew from the latest version; what was tried of the draft goes as well."""
    session.forget(KEPT, "rehearsed")
