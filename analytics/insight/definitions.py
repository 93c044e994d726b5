"""The rule radar: the renewal rate under rival definitions, and which of them the rates that files
state follow."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

# definition → what is counted, out of what; each the sum of these measures
DEFINITIONS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "count": (("renewed_policies",), ("due_policies",)),
    "late_included": (("renewed_policies", "late_renewals"), ("due_policies",)),
    "open_included": (("renewed_policies", "open_renewed"), ("due_policies", "open_policies")),
    "portfolio": (
        ("renewed_policies", "open_renewed"),
        ("due_policies", "open_policies", "excluded_policies"),
    ),
    "premium": (("renewed_premium",), ("due_premium",)),
    "premium_capped": (("retained_premium",), ("due_premium",)),
}
ROUNDED = 0.0051  # a stated rate may be rounded to whole percents
FEWEST = 5  # stated rates from which anything is said of them


def radar(totals: Mapping[str, float], own: pd.DataFrame | None = None) -> pd.DataFrame:
    """The rate under each definition, from the same sums: definition, numerator, denominator, rate.

    With `own` (a row an agent and months: rate as stated, and the measures) besides: compared (rows
    that can be), error (mean distance in rates), matched (share within rounding), fits (the
    definition that the stated rates follow best, told apart from the others).
    """
    rows = []
    for name, (above, below) in DEFINITIONS.items():
        a, b = (
            float(sum(totals.get(measure, np.nan) for measure in part)) for part in (above, below)
        )
        rows.append(
            {
                "definition": name,
                "numerator": a,
                "denominator": b,
                "rate": a / b if b > 0 else np.nan,
            }
        )
    table = pd.DataFrame(rows)
    if own is None or own.empty:
        return table
    distances = [_distance(own, *parts) for parts in DEFINITIONS.values()]
    table = table.assign(
        compared=[len(distance) for distance in distances],
        error=[float(distance.mean()) if len(distance) else np.nan for distance in distances],
        matched=[
            float((distance <= ROUNDED).mean()) if len(distance) else np.nan
            for distance in distances
        ],
    )
    enough = table["compared"] >= FEWEST
    least = table["error"].where(enough).min()
    # Several may say the same of these months (nothing open, nothing late): then all of them fit;
    # where all do, nothing is told.
    fits = enough & (table["error"] <= least + 1e-9)
    return table.assign(fits=fits & (fits.sum() < max(int(enough.sum()), 2)))


def _distance(own: pd.DataFrame, above: tuple[str, ...], below: tuple[str, ...]) -> np.ndarray:
    """How far each stated rate lies from the definition's, where everything it needs is known."""
    with np.errstate(all="ignore"):
        counted = own[list(above)].sum(axis=1, skipna=False) / own[list(below)].sum(
            axis=1, skipna=False
        )
    gap = (own["rate"] - counted).abs().to_numpy(dtype=float)
    kept: np.ndarray = gap[np.isfinite(gap)]
    return kept
