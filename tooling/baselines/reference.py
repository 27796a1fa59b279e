"""Reference of the steering methods, written from their descriptions, independently of the TypeScript.

Makes small random activations of pairs, runs each method on them, and writes both:
packages/baselines/test/goldens/activations.safetensors and methods.json.

    pip install -r tooling/baselines/requirements.txt
    python tooling/baselines/reference.py
"""

import json
import math
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression

OUT = Path(__file__).parents[2] / "packages/baselines/test/goldens"

PAIRS, LAYERS, HEADS, HEAD_SIZE = 30, 5, 3, 8
WIDTHS = {"attention": HEADS * HEAD_SIZE, "ffn": 20, "ffnInner": 28, "residual": 20}
FEATURES, SAE_LAYER, SEED = 48, 2, 5
QUESTION_TOKENS = 3


class Random:
    """xoshiro128** seeded by SplitMix32, as @austeer/core has it."""

    def __init__(self, seed):
        mixer = seed
        state = []
        for _ in range(4):
            mixer = (mixer + 0x9E3779B9) & 0xFFFFFFFF
            z = mixer
            z = ((z ^ (z >> 16)) * 0x85EBCA6B) & 0xFFFFFFFF
            z = ((z ^ (z >> 13)) * 0xC2B2AE35) & 0xFFFFFFFF
            state.append(z ^ (z >> 16))
        self.state = state

    def bits(self):
        def rotate(x, k):
            return ((x << k) | (x >> (32 - k))) & 0xFFFFFFFF

        a, b, c, d = self.state
        result = (rotate((b * 5) & 0xFFFFFFFF, 7) * 9) & 0xFFFFFFFF
        shifted = (b << 9) & 0xFFFFFFFF
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = rotate(d, 11)
        self.state = [a, b, c, d]
        return result

    def integer(self, below):
        limit = 2**32 - 2**32 % below
        while True:
            value = self.bits()
            if value < limit:
                return value % below

    def normal(self):
        radius = math.sqrt(-2 * math.log((self.bits() + 1) / 2**32))
        return radius * math.cos(2 * math.pi * self.bits() / 2**32)

    def shuffle(self, items):
        items = list(items)
        for i in range(len(items) - 1, 0, -1):
            j = self.integer(i + 1)
            items[i], items[j] = items[j], items[i]
        return items


def make_activations():
    """Per pair and side: last-token activations of each site, and the residual of 1 to 3 answer tokens."""
    rng = np.random.default_rng(1)
    # How far right answers lie from wrong ones: most units hardly, some clearly, in either direction.
    shift = {s: rng.normal(size=(LAYERS, w)) * (rng.random((LAYERS, w)) < 0.4) for s, w in WIDTHS.items()}
    tensors, answers = {}, {}
    for site in ("attention", "ffn", "ffnInner"):
        for side, sign in (("positive", 1), ("negative", -1)):
            noise = rng.normal(size=(PAIRS, LAYERS, WIDTHS[site]))
            tensors[f"{site}.{side}"] = (noise + 0.4 * sign * shift[site]).astype(np.float32)
    for pair in range(PAIRS):
        for side, sign in (("positive", 1), ("negative", -1)):
            tokens = 1 + (pair + (side == "negative")) % 3
            noise = rng.normal(size=(tokens, LAYERS, WIDTHS["residual"]))
            answers[pair, side] = (noise + 0.4 * sign * shift["residual"]).astype(np.float32)
            tensors[f"residual.{side}.{pair}"] = answers[pair, side]
    scale = 1 / math.sqrt(WIDTHS["residual"])
    tensors["W_enc"] = (scale * rng.normal(size=(WIDTHS["residual"], FEATURES))).astype(np.float32)
    tensors["b_enc"] = (0.1 * rng.normal(size=FEATURES)).astype(np.float32)
    tensors["W_dec"] = (scale * rng.normal(size=(FEATURES, WIDTHS["residual"]))).astype(np.float32)
    tensors["b_dec"] = (0.1 * rng.normal(size=WIDTHS["residual"])).astype(np.float32)
    tensors["threshold"] = (0.5 * rng.random(FEATURES)).astype(np.float32)
    return tensors, answers


def places(order, width):
    return [[int(i) // width, int(i) % width] for i in order]


def austeer(positive, negative, ranking):
    """First 40 units with signed gain at strength 1."""
    difference = positive.astype(np.float64) - negative
    up, down = (difference > 0).sum(0).ravel(), (difference < 0).sum(0).ravel()
    share = np.maximum(up, down) / len(positive)
    if ranking == "momentum":
        order = np.argsort(-share, kind="stable")
        sign = np.where(up >= down, 1, -1)
    else:
        mean = difference.mean(0).ravel()
        order = np.argsort(-np.abs(mean), kind="stable")
        sign = np.sign(mean)
    order = order[:40]
    width = positive.shape[2]
    return {"units": places(order, width), "gains": (share * sign)[order].tolist()}


def probe_of(x, y):
    # The default solver's tolerance is too coarse for a comparison to five digits.
    return LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-12, max_iter=10_000).fit(x, y)


def iti(positive, negative, fold, leaky):
    """Every head: validation accuracy, both directions, both deviations; and the order of the heads."""
    pairs = list(range(PAIRS))  # ids sort like numbers, and every pair has a question of its own
    half = math.ceil(PAIRS / 2)
    own = pairs if fold is None else pairs[half:] if fold == 0 else pairs[:half]
    shuffled = Random(SEED).shuffle(own)
    trained = math.floor(0.8 * len(shuffled))
    train, validation = shuffled[:trained], shuffled[trained:]
    tuned = pairs if leaky else own
    heads = []
    for layer in range(LAYERS):
        for head in range(HEADS):
            cut = slice(head * HEAD_SIZE, (head + 1) * HEAD_SIZE)

            def rows(some):
                x = np.concatenate([positive[some, layer, cut], negative[some, layer, cut]]).astype(np.float64)
                return x, np.array([1] * len(some) + [0] * len(some))

            probe = probe_of(*rows(train))
            x, y = rows(validation)
            accuracy = float((probe.predict(x) == y).mean())
            x, y = rows(own)
            com = x[y == 1].mean(0) - x[y == 0].mean(0)
            directions = {"com": com, "probe": probe.coef_[0]}
            found = {"layer": layer, "head": head, "accuracy": accuracy}
            for name, direction in directions.items():
                direction = direction / np.linalg.norm(direction)
                projections = rows(tuned)[0] @ direction
                found[name] = {
                    "direction": direction.tolist(),
                    "deviation": [float(projections.std(ddof=0)), float(projections.std(ddof=1))],
                }
            heads.append(found)
    order = sorted(range(len(heads)), key=lambda i: -heads[i]["accuracy"])
    return {"heads": heads, "order": [[heads[i]["layer"], heads[i]["head"]] for i in order]}


def caa(answers, variant):
    """[layers, width]"""
    pick = (lambda a: a[-1]) if variant == "paper" else (lambda a: a.mean(0))
    vectors = [
        pick(answers[i, "positive"].astype(np.float64)) - pick(answers[i, "negative"].astype(np.float64))
        for i in range(PAIRS)
    ]
    return np.mean(vectors, 0)


def sadi(positive, negative, size):
    mean = (positive.astype(np.float64) - negative).mean(0)
    scores = mean.reshape(LAYERS, -1, size).mean(2)
    return scores, places(np.argsort(-scores.ravel(), kind="stable"), scores.shape[1])


def sadi_legacy(scores):
    """The released arithmetic, word for word what it does: rows and columns each unravelled as flat indexes."""
    found = []
    for value in np.sort(scores.ravel())[::-1]:
        rows, columns = np.where(scores == value)
        _, row_part = np.unravel_index(rows, scores.shape)
        _, column_part = np.unravel_index(columns, scores.shape)
        place = [int(row_part[0]), int(column_part[0])]
        if place not in found:
            found.append(place)
    return found


def sta(answers, tensors, jump, keep, mask):
    def encode(h):
        h = h.astype(np.float64)
        if not jump:
            h = h - tensors["b_dec"]
        z = h @ tensors["W_enc"].astype(np.float64) + tensors["b_enc"]
        return z * (z > (tensors["threshold"] if jump else 0))

    amplitude, frequency = np.zeros(FEATURES), np.zeros(FEATURES)
    for i in range(PAIRS):
        right = encode(answers[i, "positive"][:, SAE_LAYER]).mean(0)
        wrong = encode(answers[i, "negative"][:, SAE_LAYER]).mean(0)
        amplitude += (right - wrong) / PAIRS
        frequency += (right > 0).astype(int) - (wrong > 0)

    def normalize(x):
        size = np.abs(x)
        return np.sign(x) * (size - size.min()) / (size.max() - size.min())

    a, f = normalize(amplitude), normalize(frequency)
    score = np.where(np.sign(a) * np.sign(f) > 0, np.abs(f), 0)

    def threshold(x):
        return np.sort(x)[::-1][min(int(keep * FEATURES), FEATURES - 1)]

    by_amplitude = np.abs(amplitude) >= threshold(np.abs(amplitude))
    by_frequency = score >= threshold(score)
    kept = {
        "amplitude-and-frequency": by_amplitude & by_frequency,
        "amplitude": by_amplitude,
        "frequency": by_frequency,
    }[mask]
    vector = np.where(kept, amplitude, 0) @ tensors["W_dec"].astype(np.float64)
    length = np.linalg.norm(caa(answers, "sta-repo")[SAE_LAYER])
    return {
        "jump": jump,
        "keepFraction": keep,
        "mask": mask,
        "atoms": np.flatnonzero(kept).tolist(),
        "vector": (vector * length / np.linalg.norm(vector)).tolist(),
    }


def probes():
    """Logistic regressions of different shapes and scales, one separable, one of columns that move together."""
    rng = np.random.default_rng(2)
    cases = []
    for rows, columns, scale, gap in ((40, 3, 1.0, 0.5), (60, 16, 0.05, 0.05), (30, 12, 20.0, 5.0), (16, 4, 1.0, 6.0)):
        y = np.arange(rows) % 2
        x = scale * rng.normal(size=(rows, columns)) * rng.uniform(0.1, 1, columns) + gap * y[:, None]
        cases.append(x)
    rows, columns = 120, 24
    y = np.arange(rows) % 2
    common = rng.normal(size=(rows, 1)) * rng.normal(size=columns)
    cases.append((rng.normal(size=(rows, columns)) + 3 * common + 0.3 * y[:, None]) * np.exp(1.5 * rng.normal(size=columns)))
    found = []
    for x in (np.round(x, 6) for x in cases):
        fit = probe_of(x, np.arange(len(x)) % 2)
        found.append({"x": x.tolist(), "weights": fit.coef_[0].tolist(), "intercept": float(fit.intercept_[0])})
    return found


def main():
    tensors, answers = make_activations()
    side = lambda site: (tensors[f"{site}.positive"], tensors[f"{site}.negative"])
    head_scores, head_order = sadi(*side("attention"), HEAD_SIZE)
    goldens = {
        "shape": {"pairs": PAIRS, "layers": LAYERS, "headSize": HEAD_SIZE, "widths": WIDTHS},
        "questionTokens": QUESTION_TOKENS,
        "seed": SEED,
        "saeLayer": SAE_LAYER,
        "austeer": {
            site: {name: austeer(*side(site), name) for name in ("momentum", "difference")}
            for site in ("attention", "ffn")
        },
        "iti": [
            {"fold": fold, "leaky": leaky, **iti(*side("attention"), fold, leaky)}
            for fold, leaky in ((None, False), (0, False), (1, True))
        ],
        "caa": {name: caa(answers, name).ravel().tolist() for name in ("paper", "sta-repo")},
        "sadi": {
            "head": head_order,
            "headDifferences": np.sort(head_scores.ravel())[::-1].tolist(),
            "headLegacy": sadi_legacy(head_scores),
            "hidden": sadi(*side("ffn"), 1)[1],
            "neuron": sadi(*side("ffnInner"), 1)[1],
        },
        "sta": [
            sta(answers, tensors, jump, keep, mask)
            for jump in (True, False)
            for keep, mask in (
                (0.35, "amplitude-and-frequency"),
                (0.35, "amplitude"),
                (0.1, "frequency"),
                (1.0, "amplitude-and-frequency"),
            )
        ],
        "probes": probes(),
    }
    OUT.mkdir(parents=True, exist_ok=True)
    save_file(tensors, OUT / "activations.safetensors")
    (OUT / "methods.json").write_text(json.dumps(goldens) + "\n")
    print(f"{OUT.relative_to(Path.cwd())}: {sum(t.nbytes for t in tensors.values())} bytes of activations")


if __name__ == "__main__":
    main()
