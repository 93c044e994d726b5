"""Weights tried out in this session: the same trial, whichever page's hand moves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from analytics.catalogue import Catalogue
from analytics.evaluation import Evaluation
from analytics.insight.moves import moved, regraded
from analytics.model import CATEGORIES, WeightScheme
from analytics.reports.words import scheme_label, weights_text
from pages.ui import session
from pages.ui.i18n import plain, t

SAME = 1e-6  # percent by which two weights may differ and be the same
TEACHES = ("service_first", "results_first")  # what is compared first: the one not in force
CUSTOM = "custom"  # no scheme's weights: the sliders were moved


@dataclass(frozen=True)
class Bench:
    """What the sliders stand beside: the period's figures under the scheme in force, and the
    schemes that they may be set to."""

    base: Evaluation
    choices: Mapping[str, WeightScheme]

    @property
    def official(self) -> WeightScheme:
        return self.base.scheme

    @property
    def catalogue(self) -> Catalogue:
        return self.base.catalogue

    @property
    def current(self) -> WeightScheme:
        """What the sliders stand on: the trial, else the scheme in force."""
        return session.trial() or self.official

    @property
    def label(self) -> str:
        """The scheme in force in the reader's words."""
        return scheme_label(self.official, session.language())

    def inside(self, scheme: WeightScheme) -> dict[str, float]:
        """What every indicator weighs inside its category under a scheme."""
        return {
            part.id: scheme.indicators.get(part.id, part.weight)
            for part in self.catalogue.indicators
        }


def category_shares(scheme: WeightScheme) -> dict[str, float]:
    """Category weights that add to 100, decimals kept."""
    total = sum(scheme.categories.values())
    return {name: round(100.0 * scheme.categories.get(name, 0.0) / total, 6) for name in CATEGORIES}


def matching(bench: Bench) -> str:
    """The scheme that the sliders say, else CUSTOM: the box follows the sliders."""
    shares, inside = category_shares(bench.current), bench.inside(bench.current)
    for name, scheme in bench.choices.items():
        others, parts = bench.inside(scheme), category_shares(scheme)
        same_parts = all(abs(parts[part] - shares[part]) < SAME for part in CATEGORIES)
        if same_parts and all(abs(others[part] - inside[part]) < SAME for part in inside):
            return name
    return CUSTOM


def use(bench: Bench, scheme: WeightScheme) -> None:
    """Try a scheme out; one that says what is in force anyway is no trial."""
    session.try_scheme(scheme)
    name = matching(bench)
    if name != CUSTOM:
        chosen, official = bench.choices[name], bench.official
        in_force = (chosen.name, chosen.version) == (official.name, official.version)
        session.try_scheme(None if in_force else chosen)


def try_categories(bench: Bench, weights: Sequence[float]) -> None:
    """Try category weights out, in the order of the categories; the splits inside them stay."""
    categories = dict(zip(CATEGORIES, map(float, weights), strict=True))
    unsaved = t("weights.unsaved")
    use(
        bench,
        replace(bench.current, name=unsaved, label=None, trace=(), categories=categories),
    )


def teaching(bench: Bench) -> str:
    """The scheme that is held against the one in force while nothing is tried."""
    return next(name for name in TEACHES if name != bench.official.name)


def changes(now: Evaluation, before: Evaluation) -> dict[str, int]:
    """How many rise, fall and change grade from one scheme to another."""
    places = moved(now, before)["places"].fillna(0)
    return {
        "up": int((places > 0).sum()),
        "down": int((places < 0).sum()),
        "regraded": len(regraded(now, before)),
    }


def tried(bench: Bench, now: Evaluation) -> str:
    """What the weights in hand change against those in force."""
    sides = {"weights": weights_text(now.scheme), "official": weights_text(bench.official)}
    return plain("ranking.found_trial", **sides, **changes(now, bench.base))
