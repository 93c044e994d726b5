"""Every case of `reference_cases.json` comes out as its source printed it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom
from scipy.stats import t as student

from analytics.evaluation import standards
from analytics.model import Standard
from analytics.statistics import (
    beta_binomial,
    effective_weight,
    floor_ceiling,
    four_fifths,
    funnel,
    garwood,
    item_analysis,
    kitagawa,
    mann_kendall,
    newcombe,
    points_lost,
    poisson_binomial,
    quadrant_probability,
    random_effects,
    sign_rule,
    theil_sen,
    uplift,
    weight_triangle,
    wilson,
)
from analytics.statistics.reference import (
    benjamini_hochberg,
    beta_binomial_fits,
    byar,
    clopper_pearson,
    cochran_armitage,
    das_gupta,
    direct_standardisation,
    james_stein,
    one_surplus,
    ratio_funnel,
    regression_to_mean,
    stability,
)

Given = Mapping[str, Any]
CASES = {
    case["name"]: case
    for case in json.loads((Path(__file__).parent / "reference_cases.json").read_text("utf-8"))[
        "cases"
    ]
}


def limits(method: Callable[..., Any]) -> Callable[[Given], Given]:
    def both_ends(given: Given) -> Given:
        lower, upper = method(given)
        return {"lower": lower, "upper": upper}

    return both_ends


def difference(given: Given) -> tuple[Any, Any]:
    x1, n1, x2, n2 = np.transpose(given["x1_n1_x2_n2"])
    return newcombe.newcombe_difference(x1, n1, x2, n2, given["confidence"])


def saxony(given: Given) -> Given:
    n, boys = given["n"], np.repeat(given["successes"], given["frequency"])
    moments = beta_binomial_fits.fit_moments(boys, n)
    *mle, likelihood = beta_binomial_fits.fit_mle(boys, np.full(len(boys), n))
    plain = binom.logpmf(boys, n, boys.mean() / n).sum()
    return {
        "moments": dict(zip(("alpha", "beta"), moments, strict=True)),
        "mle": dict(zip(("alpha", "beta"), mle, strict=True)),
        "loglik": likelihood,
        "aic": 2 * 2 - 2 * likelihood,
        "aic_binomial": 2 - 2 * plain,
    }


def league(given: Given) -> Given:
    alpha, beta, _ = beta_binomial_fits.fit_mle(given["x"], given["n"])
    shrunken = beta_binomial_fits.shrunken_mle(given["x"], given["n"])
    return {"shrunken": shrunken, "population_mean": alpha / (alpha + beta)}


def baseball(given: Given) -> Given:
    means = np.array(given["hits"]) / given["at_bats"]
    grand = means.mean()
    shrunken, factor = james_stein.james_stein(means, grand * (1 - grand) / given["at_bats"])
    rest = np.array(given["remainder_average"])
    closer = int((np.abs(shrunken - rest) < np.abs(means - rest)).sum())
    return {
        "grand_mean": grand,
        "shrinking_factor": factor,
        "estimates_first": shrunken[0],
        "estimates_last": shrunken[-1],
        "closer_than_raw": closer,
    }


def schools(given: Given) -> Given:
    effects = random_effects.random_effects(given["y"], given["se"], "DL")
    return {
        "pooled": effects.pooled,
        "pooled_se": effects.pooled_se,
        "tau2_DL": effects.tau2,
        "Q": effects.q,
    }


def one_beta(prior: tuple[float, float]) -> beta_binomial.RatePosterior:
    alpha, beta = prior
    return beta_binomial.RatePosterior(np.array([alpha]), np.array([beta]), np.array([1.0]))


def births(given: Given) -> Given:
    prior, girls, n = one_beta(given["prior"]), [given["x"]], [given["n"]]
    lower, upper = prior.interval(girls, n)
    return {
        "p_below": 1 - prior.above(girls, n, given["threshold"])[0],
        "interval": [lower[0], upper[0]],
        "mean": prior.shrunken(girls, n)[0],
        "sd": prior.sd(girls, n)[0],
    }


def quadrants(given: Given) -> Given:
    prior = one_beta(given["prior"])
    rate = prior.above([given["renewed"]], [given["policies"]], given["rate_threshold"])[0]
    error = given["survey_sd"] / given["surveys"] ** 0.5
    gap = (given["satisfaction_threshold"] - given["survey_mean"]) / error
    shares = quadrant_probability.quadrant_probability(rate, student.sf(gap, given["surveys"] - 1))
    undetermined = shares.max() < quadrant_probability.CERTAIN
    return {
        **dict(zip(("HH", "HL", "LH", "LL"), shares, strict=True)),
        "label": "undetermined (<0.80)" if undetermined else "",
    }


def proportion_funnel(given: Given) -> Given:
    limits_of = {"95": 0.95, "998": 0.998}
    ends = {}
    for name, level in limits_of.items():
        lower, upper = funnel.proportion_limits(given["centre"], given["n"], level)
        ends[f"lower{name}"] = given["multiplier"] * lower
        ends[f"upper{name}"] = given["multiplier"] * upper
    return ends


def ratio_limits(given: Given) -> Given:
    ends = {}
    for name, level in {"95": 0.95, "998": 0.998}.items():
        ends[f"ll{name}"], ends[f"ul{name}"] = ratio_funnel.ratio_limits(given["expected"], level)
    return ends


def standardised_ratio(given: Given) -> Given:
    expected = byar.expected_count(given["refcount"], given["refpop"], given["pop"])
    ratio, *near = byar.ratio(given["observed"], expected, 0.95)
    _, *far = byar.ratio(given["observed"], expected, 0.998)
    return {
        "expected": expected,
        "ratio": ratio,
        "limits_95lo_95hi_998lo_998hi": np.transpose([*near, *far]),
    }


def unequal_chances(given: Given) -> Given:
    mean, variance = one_surplus.moments(given["p"])
    return {"pmf": poisson_binomial.pmf(given["p"]), "mean": mean, "var": variance}


def admissions(given: Given) -> Given:
    men, men_n = np.array(given["admitted_men"]), np.array(given["applied_men"])
    women, women_n = np.array(given["admitted_women"]), np.array(given["applied_women"])
    split = kitagawa.kitagawa(women, women_n, men, men_n)
    admitted, applied = men + women, men_n + women_n
    return {
        "mix": split.mix,
        "performance": split.performance,
        "total": split.total,
        "oe_men": men.sum() / byar.expected_count(admitted, applied, men_n),
        "oe_women": women.sum() / byar.expected_count(admitted, applied, women_n),
        "directly_standardised_men": direct_standardisation.standardised(men, men_n, applied),
        "directly_standardised_women": direct_standardisation.standardised(women, women_n, applied),
    }


def product_split(given: Given) -> Given:
    effects = das_gupta.das_gupta(given["pop1"], given["pop2"])
    return {"effects": effects, "total": effects.sum()}


def scoring(given: Given) -> Given:
    hundred = tuple(100 * value for value in given["values"])
    standard = Standard(tuple(given["cutoffs"]), hundred, "linear")
    return {"values": standards.points(np.array(given["x"], dtype=float), standard) / 100}


def triangle(given: Given) -> Given:
    weights = weight_triangle.weight_set(given["lower"], given["upper"])
    corners = sorted(np.round(weights.vertices, 9).tolist(), reverse=True)
    return {
        "vertices": corners,
        "centroid": weights.centroid,
        "sd_each": weights.sd,
        "area_share_of_simplex": weights.share,
        "midpoints_sum": np.add(given["lower"], given["upper"]).sum() / 2,
    }


def acceptability(given: Given) -> Given:
    exact = weight_triangle.exact_acceptability(given["scores"], given["lower"], given["upper"])
    return {"ra": exact.rank, "cw": exact.central}


def stable_weight(given: Given) -> Given:
    leader, low, high = stability.stability_interval(given["scores"], given["base"], given["vary"])
    return {"winner": leader, "interval": [low, high]}


def short_series(given: Given) -> Given:
    trend = mann_kendall.mann_kendall(given["y"])
    slope, _, _ = theil_sen.theil_sen(given["y"])
    return {"S": trend.s, "p_exact_two_sided": trend.p, "slope": slope}


def smokers(given: Given) -> Given:
    chi2, p, _ = cochran_armitage.cochran_armitage(given["x"], given["n"], given["score"])
    return {"chi2": chi2, "p": p}


def discoveries(given: Given) -> Given:
    p, q = np.array(given["p"]), given["q"]
    return {
        "rejected_bh": int(benjamini_hochberg.benjamini_hochberg(p, q).sum()),
        "rejected_bonferroni": int((p * len(p) <= q).sum()),
    }


def selected(given: Given) -> Given:
    asked = (given["mean"], given["sd"], given["cutoff"], given["rho"], given["side"])
    return {"rtm": regression_to_mean.regression_to_mean(*asked)}


def items(given: Given) -> Given:
    analysis = item_analysis.item_analysis(given["rows"])
    return {
        "alpha": analysis.alpha,
        "alpha_if_dropped": analysis.alpha_if_dropped,
        "item_rest": analysis.item_rest,
    }


def shares(given: Given) -> Given:
    (first, second), rho = given["sd"], given["rho"]
    covariance = np.array([[first**2, rho * first * second], [rho * first * second, second**2]])
    weights = np.array(given["weights"])
    return {
        "variance": weights @ covariance @ weights,
        "shapley": effective_weight.shapley_share(weights, covariance),
        "covariance_share": effective_weight.covariance_share(weights, covariance),
    }


def ceiling(given: Given) -> Given:
    _, share, flagged = floor_ceiling.floor_ceiling(given["scores"], limit=given["limit"])
    return {"ceiling_share": share, "flag": flagged}


def lost(given: Given) -> Given:
    parts = points_lost.points_lost(100 * np.array(given["weights"]), given["team_mean"])
    return {"lost": parts, "score": 100 - parts.sum(), "share": parts / parts.sum()}


def prize(given: Given) -> Given:
    n, prior = given["policies"], (given["prior"]["alpha"], given["prior"]["beta"])
    gain = uplift.uplift([given["raw_rate"] * n], [n], given["team_median"], prior)
    return {
        "shrunken": gain.shrunken[0],
        "extra_renewals_raw": n * (given["team_median"] - given["raw_rate"]),
        # As published, at the shrunken rate alone; `extra` averages over the rates that may be
        # true.
        "extra_renewals_shrunken": n * (given["team_median"] - gain.shrunken[0]),
        "extra_premium": n * (given["team_median"] - gain.shrunken[0]) * given["premium"],
    }


def screened(given: Given) -> Given:
    groups = list(given["rates"])
    ratio, flagged = four_fifths.four_fifths([given["rates"][group] for group in groups])
    others = [(position, group) for position, group in enumerate(groups) if group != "A"]
    return {
        "ratio": {group: ratio[position] for position, group in others},
        "flag": {group: bool(flagged[position]) for position, group in others},
    }


METHODS: dict[str, Callable[[Given], Given]] = {
    "wilson": limits(lambda given: wilson.wilson(given["x"], given["n"], given["confidence"])),
    "clopper-pearson exact": limits(
        lambda given: clopper_pearson.clopper_pearson(given["x"], given["n"], given["confidence"])
    ),
    "difference of two rates, Newcombe hybrid score (method 10)": limits(difference),
    "exact Poisson (Garwood) limits": limits(
        lambda given: garwood.garwood(given["count"], given["confidence"])
    ),
    "beta-binomial method of moments and maximum likelihood": saxony,
    "shrunken rates, 12 units (beta-binomial MLE must agree with the published "
    "logit-normal posterior)": league,
    "James-Stein, equal variances": baseball,
    "random-effects: boundary estimate tau2 = 0": schools,
    "probability that a rate is below a threshold": births,
    "quadrant membership = product of two posterior tails; four numbers sum to 1": quadrants,
    "95% and 99.8% limits for a proportion funnel": proportion_funnel,
    "O/E funnel limits by expected events": ratio_limits,
    "O/E with Byar's limits (exact when O < 10)": standardised_ratio,
    "exact distribution of renewals under unequal expected probabilities": unequal_chances,
    "Kitagawa two-way split and O/E of the same data": admissions,
    "change of a product split exactly": product_split,
    "piecewise-linear scoring function with clipping": scoring,
    "feasible group weights of the seed: exact vertices and centroid": triangle,
    "rank acceptability and central weights on the 60-70/20-30/10-20 triangle, certain "
    "scores": acceptability,
    "share of a triangle where A beats B from the score gaps at the three vertices (one "
    "positive)": (lambda given: {"share": weight_triangle.share_ahead(given["gaps"])}),
    "interval of w1 that keeps the winner, other weights scaled in proportion": stable_weight,
    "S, exact two-sided p, Theil-Sen slope for 10, 15, 14, 20": short_series,
    "months that must beat the same month last year for two-sided 5%": (
        lambda given: {"need": {str(n): sign_rule.needed(n) for n in given["pairs"]}}
    ),
    "Cochran-Armitage: trend of a rate using the denominators": smokers,
    "false discovery rate 5%": discoveries,
    "expected change with no real change, for those selected below a cut-off": selected,
    "alpha and item-rest for continuous scores": items,
    "nominal 70/30 against effective weight: covariance share and Shapley share of score "
    "variance": shares,
    "flag an indicator when > 15% sit at an end of the scale": ceiling,
    "points lost per indicator sum to 100 minus the team score": lost,
    "extra renewals if an agent reached the team median; never negative; shrunken gap": prize,
    "fairness screen between groups": screened,
}


def allowed(tolerance: Given, name: str) -> dict[str, float]:
    """The tolerance of one expected number: of its own name or its beginning, else the case's."""
    own = max((key for key in tolerance if name.startswith(key)), key=len, default="")
    if own:
        return {"abs": tolerance[own], "rel": 0.0}
    return {"abs": tolerance.get("abs", 0.0), "rel": tolerance.get("rel", 0.0)}


def compare(computed: Any, expected: Any, within: dict[str, float]) -> None:
    if isinstance(expected, dict):
        assert set(computed) == set(expected)
        for key in expected:
            compare(computed[key], expected[key], within)
    elif isinstance(expected, str | bool):
        assert computed == expected
    else:
        printed = np.array(expected, dtype=object)
        if printed.ndim == 1 and any(row is None for row in printed):
            for row, other in zip(computed, expected, strict=True):
                compare(row, np.nan if other is None else other, within)
        else:
            numbers = np.asarray(expected, dtype=float)
            ours = np.asarray(computed, dtype=float)
            assert ours == pytest.approx(
                np.broadcast_to(numbers, ours.shape), **within, nan_ok=True
            )


@pytest.mark.parametrize("name", CASES)
def test_a_case_comes_out_as_its_source_printed_it(name):
    case = CASES[name]
    computed = METHODS[case["method"]](case["inputs"])
    assert set(computed) == set(case["expected"])
    for key, expected in case["expected"].items():
        compare(computed[key], expected, allowed(case["tolerance"], key))
