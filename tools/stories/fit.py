#!/usr/bin/env python3
"""fit.py EVIDENCE SET.jsonl... > config/stories/weights.tsv: fits what each sign weighs, from nothing.

EVIDENCE is the program that `cargo build --release -p dateline-stories --example story_evidence` makes.  SET lines: {id, title, text, language,
published?, story}, or {..., pair, same} for a set of pairs; beside SET.jsonl may lie SET.judged with what `dateline judge --batch` says of the
same lines, whose entities are taken.  For every two texts that a review compares the program tells the values of the signs, which don't depend
on weights.  Stories are told from them as a review does: the two groups are merged whose pairs score the highest on average, and so on while
that is above the margin.  The weights are those with the greatest mean F1 over the sets (B-cubed for stories, of "the same" for pairs), found by
CMA-ES (Hansen, The CMA Evolution Strategy: A Tutorial, 2016) from weights that only say that likeness speaks for and time against.

A part of the stories of each set, by a hash of their ids, counts for nothing in fitting (--held 0: none is held back); what they give is printed.
--start FILE measures (with --generations 0), or begins from, the weights of a file.  The same seed gives the same weights.

Python 3.9+, numpy and scipy (pip install -r requirements.txt), no network.
"""
import argparse
import collections
import hashlib
import json
import pathlib
import subprocess
import sys

import numpy
from scipy.cluster.hierarchy import fcluster, linkage

FIELDS = ("id", "title", "text", "language", "published", "url")
# As crates/stories/src/story/review.rs and index.rs have them.
UNLIKE, MIN_SCORE, MAX_SCORE = -0.15, -0.59, 0.58
FIRST_MARGIN, MARGIN_HALVED = 0.3, 50.0
# What is fitted, with what it is before anything was read: in one language, and across.
NEUTRAL = {
    "always": (-0.2, -0.3), "wording": (1.0, None), "opening": (0.0, None), "title": (0.0, None), "titled": (0.0, None),
    "cyrillic": (0.0, None), "dense": (0.0, None), "facts": (0.0, 1.0), "entities": (0.0, 0.0), "acts": (0.0, 0.0),
    "numbers": (0.0, 0.0), "length": (0.0, 0.0), "named_day": (0.0, 0.0), "same_day": (0.0, 0.1), "other_day": (-0.1, -0.1),
    "other_act": (-0.1, -0.1), "turned": (-0.1, -0.1), "gap": (-0.2, -0.3), "long_gap": (0.0, 0.0), "undated": (-0.1, -0.1), "crowd": (-0.3, -0.3),
}
# Too few pairs of the sets say anything of these, so they stay as they are, and these can't be for or against.
FIXED = {("other_act", 0), ("other_act", 1), ("turned", 0), ("turned", 1)}


def f1(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


class Set:
    """The texts of a set, and the evidence between them."""

    def __init__(self, path, program, held):
        self.name = path.stem
        self.gold = [json.loads(line) for line in path.open(encoding="utf8") if line.strip()]
        self.pairs = "pair" in self.gold[0]
        key = "pair" if self.pairs else "story"
        self.held = numpy.array([self.is_held(str(text[key]), held) for text in self.gold])
        judged = path.with_suffix(".judged")
        entities = {}
        if judged.exists():
            entities = {line["id"]: line.get("entities", []) for line in map(json.loads, judged.open(encoding="utf8"))}
        lines = [
            {**{key: text[key] for key in FIELDS if text.get(key) is not None}, "entities": entities.get(text["id"], [])}
            for text in self.gold
        ]
        source = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        output = subprocess.run([program], input=source, capture_output=True, text=True, check=True).stdout.splitlines()
        self.signs = output[0].split("\t")
        place = {text["id"]: index for index, text in enumerate(self.gold)}
        rows = [line.split("\t") for line in output[1:]]
        self.a = numpy.array([place[row[0]] for row in rows])
        self.b = numpy.array([place[row[1]] for row in rows])
        across = numpy.array([row[2] == "1" for row in rows])
        values = numpy.array([row[3:] for row in rows], dtype=float)
        # The weights of one language stand before those across.
        self.values = numpy.hstack([values * ~across[:, None], values * across[:, None]])
        self.margin = FIRST_MARGIN / (1 + (len(self.gold) / MARGIN_HALVED) ** 2)

    @staticmethod
    def is_held(story, part):
        return part > 0 and int(hashlib.sha1(story.encode()).hexdigest(), 16) % 1000 < 1000 * part

    def stories(self, weights):
        """For each text a number of its story."""
        scores = numpy.clip(self.values @ weights, MIN_SCORE, MAX_SCORE)
        n = len(self.gold)
        distances = numpy.full(n * (n - 1) // 2, 1 - UNLIKE)
        low, high = numpy.minimum(self.a, self.b), numpy.maximum(self.a, self.b)
        distances[low * n - low * (low + 1) // 2 + high - low - 1] = 1 - scores
        return fcluster(linkage(distances, "average"), 1 - self.margin, "distance")

    def score(self, stories, held):
        """F1 of the texts that are held back, or of the others."""
        counted = [index for index, is_held in enumerate(self.held) if is_held == held]
        if not counted:
            return float("nan")
        return self.score_pairs(stories, counted) if self.pairs else self.score_stories(stories, counted)

    def score_stories(self, stories, counted):
        right, found = collections.defaultdict(set), collections.defaultdict(set)
        for index, text in enumerate(self.gold):
            right[text["story"]].add(index)
            found[stories[index]].add(index)
        precision = recall = 0.0
        for index in counted:
            a, b = found[stories[index]], right[self.gold[index]["story"]]
            both = len(a & b)
            precision += both / len(a)
            recall += both / len(b)
        return f1(precision / len(counted), recall / len(counted))

    def score_pairs(self, stories, counted):
        pairs = collections.defaultdict(list)
        for index in counted:
            pairs[self.gold[index]["pair"]].append(index)
        told = [(stories[a] == stories[b], self.gold[a]["same"]) for a, b in (p for p in pairs.values() if len(p) == 2)]
        both = sum(said and same for said, same in told)
        said, same = sum(said for said, _ in told), sum(same for _, same in told)
        return f1(both / said if said else 0.0, both / same if same else 0.0)


class Weights:
    """Which weights are free, and all of them from those."""

    def __init__(self, signs, start):
        neutral = numpy.array([[value or 0.0 for value in NEUTRAL[sign]] for sign in signs]).T.ravel()
        self.signs, self.all = signs, neutral
        if start:
            for line in start.read_text(encoding="utf8").splitlines():
                if line and not line.startswith(("#", "sign\t")):
                    sign, *cells = line.split("\t")
                    for across, cell in enumerate(cells[:2]):
                        self.all[signs.index(sign) + across * len(signs)] = float(cell)
            named = {line.split("\t")[0] for line in start.read_text(encoding="utf8").splitlines()}
            for sign in set(signs) - named:
                self.all[[signs.index(sign), signs.index(sign) + len(signs)]] = 0
        self.free = [
            index + across * len(signs)
            for across in (0, 1) for index, sign in enumerate(signs)
            if NEUTRAL[sign][across] is not None and (sign, across) not in FIXED
        ]

    def whole(self, free):
        weights = self.all.copy()
        weights[self.free] = free
        return weights

    def table(self, weights):
        cells = weights.reshape(2, -1).round(3)
        rows = [f"{sign}\t{same:g}\t{across:g}" for sign, same, across in zip(self.signs, *cells) if same or across]
        return "\n".join(["sign\tsame\tacross", *rows]) + "\n"


def climb(worth, start, step, generations, seed):
    """The point of the greatest worth that CMA-ES finds."""
    choice = numpy.random.default_rng(seed)
    n = len(start)
    count = 4 + int(3 * numpy.log(n))
    parents = count // 2
    ranks = numpy.log(parents + 0.5) - numpy.log(numpy.arange(1, parents + 1))
    ranks /= ranks.sum()
    effective = 1 / (ranks ** 2).sum()
    of_path, of_step = (4 + effective / n) / (n + 4 + 2 * effective / n), (effective + 2) / (n + effective + 5)
    of_one = 2 / ((n + 1.3) ** 2 + effective)
    of_many = min(1 - of_one, 2 * (effective - 2 + 1 / effective) / ((n + 2) ** 2 + effective))
    damping = 1 + 2 * max(0, numpy.sqrt((effective - 1) / (n + 1)) - 1) + of_step
    length = numpy.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))
    mean, spread = start.copy(), numpy.eye(n)
    path, step_path = numpy.zeros(n), numpy.zeros(n)
    best, most = mean.copy(), worth(mean)
    for generation in range(generations):
        lengths, axes = numpy.linalg.eigh(spread)
        lengths = numpy.sqrt(numpy.maximum(lengths, 1e-12))
        drawn = choice.standard_normal((count, n)) * lengths @ axes.T
        points = mean + step * drawn
        worths = numpy.array([worth(point) for point in points])
        order = numpy.argsort(-worths, kind="stable")[:parents]
        if worths[order[0]] > most:
            best, most = points[order[0]].copy(), worths[order[0]]
        moved = ranks @ drawn[order]
        mean = mean + step * moved
        step_path = (1 - of_step) * step_path + numpy.sqrt(of_step * (2 - of_step) * effective) * (axes @ ((axes.T @ moved) / lengths))
        relative = numpy.linalg.norm(step_path) / length
        is_slow = relative / numpy.sqrt(1 - (1 - of_step) ** (2 * (generation + 1))) < 1.4 + 2 / (n + 1)
        path = (1 - of_path) * path + is_slow * numpy.sqrt(of_path * (2 - of_path) * effective) * moved
        spread = ((1 - of_one - of_many) * spread + of_one * numpy.outer(path, path)
                  + of_many * (drawn[order].T * ranks) @ drawn[order])
        spread = (spread + spread.T) / 2
        step *= numpy.exp(of_step / damping * (relative - 1))
        if generation % 20 == 19:
            print(f"generation {generation + 1}: {most:.4f}, step {step:.3f}", file=sys.stderr, flush=True)
    # The mean of many good points is steadier than the best of them.
    return mean if worth(mean) > most - 0.004 else best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evidence")
    parser.add_argument("sets", type=pathlib.Path, nargs="+")
    parser.add_argument("--held", type=float, default=0.5, help="the part of the stories that is held back")
    parser.add_argument("--generations", type=int, default=200)
    parser.add_argument("--keep", type=float, default=0.02, help="what a weight costs for being other than at the start, by its square")
    parser.add_argument("--start", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sets = [Set(path, arguments.evidence, arguments.held) for path in arguments.sets]
    weights = Weights(sets[0].signs, arguments.start)
    start = weights.all[weights.free]

    def worth(free):
        whole = weights.whole(free)
        # B-cubed jumps as texts change places; that likeness alone is asked of the weights keeps them from chasing single texts.
        mean = sum(gold.score(gold.stories(whole), held=False) for gold in sets) / len(sets)
        return mean - arguments.keep * ((free - start) ** 2).sum()

    best = climb(worth, start, 0.1, arguments.generations, arguments.seed) if arguments.generations else start
    whole = weights.whole(best)
    for gold in sets:
        stories = gold.stories(whole)
        print(f"{gold.name}  fitted {gold.score(stories, held=False):.3f}  held back {gold.score(stories, held=True):.3f}", file=sys.stderr)
    print(weights.table(whole), end="")


if __name__ == "__main__":
    main()
