"""Krippendorff's alpha of random rating tables, by the PyPI package `krippendorff`.

    python tooling/judge/krippendorff_goldens.py > packages/evaluators/src/human/__fixtures__/krippendorff.json
"""

import json

import krippendorff
import numpy

generator = numpy.random.default_rng(5)


def table(units: int, raters: int, noise: float, missing: float) -> list[list[int | None]]:
    """Ratings from 1 to 5: a true value, noise, and gaps."""
    truth = generator.uniform(1, 5, units)
    values = truth[:, None] + generator.normal(0, noise, (units, raters))
    rounded = numpy.clip(numpy.rint(values), 1, 5).astype(int)
    gaps = generator.uniform(size=rounded.shape) < missing
    return [[None if gap else int(value) for value, gap in zip(row, line)] for row, line in zip(rounded, gaps)]


def alpha(ratings: list[list[int | None]], level: str) -> float:
    data = numpy.array([[numpy.nan if value is None else value for value in row] for row in ratings], dtype=float)
    return float(krippendorff.alpha(reliability_data=data.T, level_of_measurement=level))


tables = [
    table(units, raters, noise, missing)
    for units, raters in [(4, 2), (20, 3), (50, 3), (30, 5)]
    for noise in [0.3, 1.0, 3.0]
    for missing in [0.0, 0.25]
]
# Two raters who are against each other.
tables.append([[1, 5], [5, 1], [2, 4], [4, 2], [3, 3]])
goldens = [
    {"ratings": ratings, "ordinal": alpha(ratings, "ordinal"), "interval": alpha(ratings, "interval")}
    for ratings in tables
]
print("[\n" + ",\n".join(json.dumps(golden) for golden in goldens) + "\n]")
