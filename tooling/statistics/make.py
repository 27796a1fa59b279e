"""Goldens of the statistics in packages/evaluators, by scipy and statsmodels.

    python make.py --out goldens/statistics.json
"""

import argparse
import json
import math
from itertools import product

import numpy as np
import pandas as pd
import scipy
import statsmodels
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests


def bca():
    """BCa intervals of three statistics, with the draws they were made from."""
    random = np.random.default_rng(5)
    pairs = np.stack([random.gamma(1.0, 2.0, 25), random.gamma(1.2, 2.0, 25)]).round(3)

    def mean_difference(a, b, axis=-1):
        return np.mean(b, axis=axis) - np.mean(a, axis=axis)

    def ratio(a, b, axis=-1):
        return np.mean(b, axis=axis) / np.mean(a, axis=axis)

    def spread(a, b, axis=-1):
        return np.var(b - a, axis=axis)

    cases = []
    for name, statistic in [("meanDifference", mean_difference), ("ratio", ratio), ("variance", spread)]:
        for level in [0.9, 0.95]:
            result = stats.bootstrap(
                (pairs[0], pairs[1]),
                statistic,
                paired=True,
                vectorized=True,
                n_resamples=400,
                confidence_level=level,
                method="BCa",
                rng=np.random.default_rng(11),
            )
            cases.append(
                {
                    "statistic": name,
                    "level": level,
                    "drawn": result.bootstrap_distribution.tolist(),
                    "low": result.confidence_interval.low,
                    "high": result.confidence_interval.high,
                }
            )
    return {"pairs": pairs.T.tolist(), "cases": cases}


def area(label, score):
    """Area under the curve, by ranks."""
    positives = int(np.sum(label))
    negatives = len(label) - positives
    ranks = stats.rankdata(score)
    return (np.sum(ranks[label == 1]) - positives * (positives + 1) / 2) / (positives * negatives)


def balanced(label, score):
    """Mean recall of the two classes, a score above 0 being an answer of class 1."""
    right = (score > 0) == (label == 1)
    return (np.mean(right[label == 1]) + np.mean(right[label == 0])) / 2


def classes():
    """BCa intervals of what compares two conditions: with few draws, which the file holds, and with many."""
    random = np.random.default_rng(9)
    label = (random.random(150) < 0.62).astype(float)
    # Rounded, so that scores tie.
    first = (0.3 * (2 * label - 1) + 0.4 + random.normal(size=150)).round(1)
    second = (first + 0.35 * (2 * label - 1) + 0.5 * random.normal(size=150)).round(1)

    statistics = {
        "areaUnderCurve": lambda y, a, b: area(y, b),
        "areaDifference": lambda y, a, b: area(y, b) - area(y, a),
        "balancedAccuracy": lambda y, a, b: balanced(y, b),
        "balancedDifference": lambda y, a, b: balanced(y, b) - balanced(y, a),
        "rightDifference": lambda y, a, b: np.mean((b > 0) == (y == 1)) - np.mean((a > 0) == (y == 1)),
    }
    cases = []
    for name, statistic in statistics.items():
        for draws in [300, 20000]:
            result = stats.bootstrap(
                (label, first, second),
                statistic,
                paired=True,
                vectorized=False,
                n_resamples=draws,
                method="BCa",
                rng=np.random.default_rng(12),
            )
            cases.append(
                {
                    "statistic": name,
                    "value": float(statistic(label, first, second)),
                    "drawn": result.bootstrap_distribution.tolist() if draws == 300 else [],
                    "low": float(result.confidence_interval.low),
                    "high": float(result.confidence_interval.high),
                }
            )
    items = [{"label": int(y), "first": float(a), "second": float(b)} for y, a, b in zip(label, first, second)]
    return {"items": items, "cases": cases}


def adjusted():
    random = np.random.default_rng(3)
    tables = [
        [0.01, 0.04, 0.03, 0.005],
        [0.5, 0.5, 0.02, 0.02, 1.0, 0.0],
        random.beta(0.4, 2.0, 20).round(5).tolist(),
        [0.2],
    ]
    return [
        {
            "pValues": table,
            "holm": multipletests(table, method="holm")[1].tolist(),
            "benjaminiHochberg": multipletests(table, method="fdr_bh")[1].tolist(),
        }
        for table in tables
    ]


def power_of(items, difference, changed, level):
    """Chance that scipy's exact binomial test of the changed items shows a difference."""
    share = 0.5 + abs(difference) / (2 * changed)
    power = 0.0
    for flips in range(items + 1):
        chance = stats.binom.pmf(flips, items, changed)
        if chance < 1e-16 or flips == 0:
            continue
        shown = [k for k in range(flips + 1) if stats.binomtest(k, flips, 0.5).pvalue <= level]
        power += chance * float(np.sum(stats.binom.pmf(shown, flips, share)))
    return power


def powers():
    cases = [
        (50, 0.1, 0.2, 0.05),
        (120, -0.1, 0.15, 0.05),
        (200, 0.05, 0.1, 0.05),
        (300, 0.05, 0.3, 0.01),
        (40, 0.3, 0.3, 0.05),
        (150, 0.0, 0.2, 0.05),
    ]
    return [
        {"items": n, "difference": d, "changed": c, "level": a, "power": power_of(n, d, c, a)}
        for n, d, c, a in cases
    ]


def seeds():
    """Two-way random effects without replication: mean squares by statsmodels, Satterthwaite by hand."""
    cases = []
    for seed, (count, items), seed_spread, item_spread in [
        (1, (4, 12), 0.5, 1.0),
        (2, (3, 30), 0.0, 0.3),
        (3, (6, 8), 1.0, 0.0),
    ]:
        random = np.random.default_rng(seed)
        values = (
            random.normal(0, seed_spread, (count, 1))
            + random.normal(0, item_spread, (1, items))
            + random.normal(0, 0.5, (count, items))
        ).round(4)
        frame = pd.DataFrame(
            [(s, i, values[s, i]) for s, i in product(range(count), range(items))],
            columns=["seed", "item", "value"],
        )
        table = anova_lm(ols("value ~ C(seed) + C(item)", frame).fit())
        squares = table["mean_sq"]
        by_seed, by_item, rest = squares["C(seed)"], squares["C(item)"], squares["Residual"]
        cells = count * items
        seed_variance = max(0.0, (by_seed - rest) / items)
        item_variance = max(0.0, (by_item - rest) / count)
        variance = seed_variance / count + item_variance / items + rest / cells
        weights = [float(seed_variance > 0), float(item_variance > 0)]
        weights.append(1 - sum(weights))
        degrees = variance**2 / sum(
            (w * ms / cells) ** 2 / df
            for w, ms, df in zip(
                weights,
                [by_seed, by_item, rest],
                [count - 1, items - 1, (count - 1) * (items - 1)],
            )
        )
        half = stats.t.ppf(0.975, degrees) * math.sqrt(variance)
        mean = float(values.mean())
        cases.append(
            {
                "values": values.tolist(),
                "value": mean,
                "low": mean - half,
                "high": mean + half,
                "betweenSeeds": math.sqrt(seed_variance),
                "betweenItems": math.sqrt(item_variance),
                "degrees": degrees,
            }
        )
    return cases


def combined():
    cases = []
    for values, errors in [
        ([0.1, 0.3, -0.2, 0.5], [0.1, 0.12, 0.2, 0.15]),
        ([0.02, 0.021, 0.019], [0.05, 0.04, 0.06]),
        ([1.0, 3.0], [0.2, 0.3]),
    ]:
        result = combine_effects(np.array(values), np.array(errors) ** 2, method_re="dl", use_t=True)
        # statsmodels lets tau² fall below 0; then the fixed effects are the random ones. The standard error is the
        # larger of the usual one and Hartung and Knapp's.
        none = result.tau2 <= 0
        mean = float(result.mean_effect_fe if none else result.mean_effect_re)
        error = max(
            float(result.sd_eff_w_fe if none else result.sd_eff_w_re),
            0.0 if none else float(result.sd_eff_w_re_hksj),
        )
        half = stats.t.ppf(0.975, len(values) - 1) * error
        cases.append(
            {
                "estimates": [{"value": v, "standardError": e} for v, e in zip(values, errors)],
                "value": mean,
                "low": mean - half,
                "high": mean + half,
                "between": math.sqrt(max(0.0, float(result.tau2))),
                "heterogeneity": float(result.q),
            }
        )
    return cases


def distributions():
    return {
        "normalQuantile": [[p, stats.norm.ppf(p)] for p in [1e-9, 0.001, 0.025, 0.3, 0.5, 0.8, 0.975, 0.99999]],
        "normalShare": [[z, stats.norm.cdf(z)] for z in [-8, -3.2, -1.96, -0.1, 0, 0.5, 2.9, 3.1, 6]],
        "studentQuantile": [
            [p, df, stats.t.ppf(p, df)]
            for p, df in product([0.6, 0.975, 0.995], [1, 1.7, 3, 8.5, 40, 1000])
        ],
        "logGamma": [[x, math.lgamma(x)] for x in [0.1, 0.5, 1, 1.5, 2, 7.3, 14.9, 15, 100, 12345.5]],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    out = parser.parse_args().out
    content = {
        "madeBy": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "numpy": np.__version__},
        "bca": bca(),
        "classes": classes(),
        "adjusted": adjusted(),
        "powers": powers(),
        "seeds": seeds(),
        "combined": combined(),
        "distributions": distributions(),
    }
    with open(out, "w", encoding="utf-8") as file:
        json.dump(content, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
