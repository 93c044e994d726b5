"""Everything that can go wrong and be told to a user, as one tree.

    RenewalError            has a sentence in the reader's language; nothing was stored
    ├── FileRefused         a file cannot be read as what it should be
    ├── RecipeRefused       an import recipe names what is not there
    │   └── QuestionsOpen   a file could be read in several ways, and the recipe does not say which
    ├── IssuesFound         a file was read but has bad cells, and the caller wants all or nothing
    ├── RequestRefused      a period, weight, name or option that makes no sense
    │   └── NotAllowed      it makes sense, but not for this reader
    ├── HomeBusy            the home cannot be opened: another process owns it, or something in it
    is not as it should be
    └── StoreFailed         a disk or a database does not do what it should while the home is open

A bug is not in this tree: it is raised as itself.
"""

from __future__ import annotations


class RenewalError(Exception):
    """A refusal with a key into the locales and the facts that its sentence names."""

    def __init__(self, key: str, **facts: object) -> None:
        self.key = key
        self.facts = facts
        super().__init__(f"{key} {facts}" if facts else key)


class FileRefused(RenewalError):
    """A file cannot be read as what it should be."""


class RecipeRefused(RenewalError):
    """An import recipe names what is not there."""


class QuestionsOpen(RecipeRefused):
    """A file could be read in several ways, and its recipe does not say which; the fact `questions`
    holds them."""


class IssuesFound(RenewalError):
    """A file was read but has cells that cannot be read, and the caller wants all rows or none."""


class RequestRefused(RenewalError):
    """A period, weight, name or option that makes no sense."""


class NotAllowed(RequestRefused):
    """It makes sense, but not for this reader."""


class HomeBusy(RenewalError):
    """The home cannot be opened: another process owns it, or something in it is not as it should
    be."""


class StoreFailed(RenewalError):
    """A disk or a database does not do what it should while the home is open."""
