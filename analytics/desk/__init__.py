"""The desk: one reader before one home. Everything is asked for and changed here, after one check
of who may."""

from pathlib import Path

from analytics.desk.access import ACTIONS, Identity, Memory, Question, identity_of, kept_in
from analytics.desk.briefings import Briefings
from analytics.desk.month import Step
from analytics.desk.objections import checked
from analytics.desk.rules import AdoptionEffect
from analytics.desk.sheets import Closing
from analytics.home import Home
from analytics.state.attachments import ATTACHMENT_MB
from analytics.state.attachments import KINDS as ATTACHMENT_KINDS
from analytics.state.logins import LASTING


class Desk(Briefings):
    """What one reader may ask and do; refuses the rest, and leaves a line in the audit about it."""


def opened(folder: Path) -> Home:
    """The home of a folder, for desks to be set before it; whoever opens it closes it."""
    return Home(folder)


__all__ = [
    "ACTIONS",
    "ATTACHMENT_KINDS",
    "ATTACHMENT_MB",
    "LASTING",
    "AdoptionEffect",
    "Closing",
    "Desk",
    "Home",
    "Identity",
    "Memory",
    "Question",
    "Step",
    "checked",
    "identity_of",
    "kept_in",
    "opened",
]
