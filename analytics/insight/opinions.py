"""What those who were asked would weigh, in figures of which none is one person's."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from analytics.insight.own_eyes import FEWEST
from analytics.model import CATEGORIES
from analytics.people import WeightProposal

LEAST = FEWEST + 1  # answers behind every figure: whoever reads it may have given one of them


def opinions(proposals: Sequence[WeightProposal]) -> pd.DataFrame | None:
    """By category the mean answer of the middle half, of the lowest and of the highest quarter, in
    whole percent; None below six answers, and NaN for a quarter that has fewer. Quartiles would be
    single persons' answers."""
    if len(proposals) < LEAST:
        return None
    shares = pd.DataFrame(
        [
            {
                name: 100 * proposal.categories.get(name, 0.0) / sum(proposal.categories.values())
                for name in CATEGORIES
            }
            for proposal in proposals
        ]
    )
    quarter, middle = len(shares) // 4, max(LEAST, len(shares) // 2)
    rows = {}
    for name in CATEGORIES:
        ordered = shares[name].sort_values(ignore_index=True)
        first = (len(ordered) - middle) // 2
        enough = quarter >= LEAST
        rows[name] = {
            "middle": ordered[first : first + middle].mean(),
            "low": ordered.head(quarter).mean() if enough else float("nan"),
            "high": ordered.tail(quarter).mean() if enough else float("nan"),
        }
    return pd.DataFrame.from_dict(rows, orient="index").round()
