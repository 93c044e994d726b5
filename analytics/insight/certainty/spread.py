"""Which kind of spread an indicator has: the only place where the names of measures tell it."""

from __future__ import annotations

from analytics.catalogue import Catalogue
from analytics.model import Indicator

RENEWED = "renewed_policies"
SHARES = (
    RENEWED,
    "first_term_renewed",
    "quoted_policies",
    "month_13_renewed",
    "month_25_renewed",
)  # parts of CASES
WHOLE_CASES = (*SHARES, "complaints", "upheld_complaints", "late_renewals")
CASES = ("due_policies", "held_policies", "first_term_due", "month_13_due", "month_25_due")


def spread(indicator: Indicator) -> str | None:
    """mean | rate | count | share, a key of KINDS; None where nobody counted anything (amounts,
    days)."""
    if indicator.numerator == "survey_points":
        return "mean"
    if indicator.numerator in WHOLE_CASES and indicator.denominator in CASES:
        return "rate" if indicator.scale == 1.0 else "count"
    return "share" if indicator.numerator == RENEWED and indicator.scale == 1.0 else None


def counts_cases(catalogue: Catalogue, indicator_id: str) -> bool:
    """Whether an indicator divides whole cases by whole cases."""
    return spread(catalogue[indicator_id]) in ("rate", "count")


def is_part(indicator: Indicator) -> bool:
    """Whether every case of the numerator is a case of the denominator, too."""
    return spread(indicator) == "rate" and indicator.numerator in SHARES
