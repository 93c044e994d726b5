"""The desk: one reader before one home. Everything is asked for and changed here, after one check
of who may."""

from analytics.desk.access import ACTIONS, Identity, identity_of
from analytics.desk.figures import HISTORY
from analytics.desk.month import Month, Step
from analytics.desk.objections import checked
from analytics.desk.rules import AdoptionEffect
from analytics.desk.sheets import Closing


class Desk(Month):
    """What one reader may ask and do; refuses the rest, and leaves a line in the audit about it."""


__all__ = [
    "ACTIONS",
    "HISTORY",
    "AdoptionEffect",
    "Closing",
    "Desk",
    "Identity",
    "Step",
    "checked",
    "identity_of",
]
