#!/usr/bin/env python3
"""Fits the weights of a subject's rules and signs on labelled articles, and says how they do on stories held out.

    cargo run --release -p dateline-parser --example evidence -- SUBJECT < articles.jsonl > evidence.jsonl
    pip install -r tools/relevance/requirements.txt
    tools/relevance/fit.py articles.jsonl evidence.jsonl --out SUBJECT

A line of articles.jsonl is {"id", "title", "text", "lang", "label", "story"}: "label" is "relevant" or "not"; articles of one
"story" are held out together, since copies of one wire text would tell on each other. "borderline": true and "text_kind": "digest"
count less in fitting and not in figures; "weight" (1 if absent) says how much any other counts, and what counts less is not reported.
"set" names the collection that an article is of; figures are given for each.

This is logistic regression with an L2 penalty, by Newton's method; signs, of which there are many, are held closer to zero than rules.
`--nested` tells what a threshold is worth that is chosen without the articles it is tried on: the parts of a cross-validation are judged
from that score up which, in a cross-validation within the others, was the highest to find `RECALL` of what is relevant.
Rules that can only speak for (or against) by what they mean keep that sign: a weight that would turn is set to zero and the rest
fitted again.
"""
import argparse
import collections
import hashlib
import json
import pathlib

import numpy

# The sign a rule may have. A positive weight on a rule meant to speak against would be a chance of the sample.
AGAINST = {"listed", "third", "title_third", "no_pair", "one_sided", "aside", "third_over", "alone", "island"}

# What an article on which people differ counts.
UNSURE = 0.4

# A pattern of signs met in fewer articles is left out.
MIN_ARTICLES = 3

# The share of the relevant that a threshold has to find: an article lost costs a reader more than one too many.
RECALL = 0.95

# Weights nearer to zero are not written: they would fill reasons and say nothing.
MIN_WEIGHT = 0.02


def is_sign(name):
    return ":" in name


def logistic(z):
    return 1 / (1 + numpy.exp(-numpy.clip(z, -30, 30)))


def newton(values, truth, counts, penalty, weights):
    """The weights that fit best under a penalty each, from `weights` on."""
    for _ in range(60):
        chance = logistic(values @ weights)
        slope = counts * numpy.maximum(chance * (1 - chance), 1e-6)
        down = values.T @ (counts * (truth - chance)) - penalty * weights
        step = numpy.linalg.solve((values * slope[:, None]).T @ values + numpy.diag(penalty), down)
        weights = weights + step
        if abs(step).max() < 1e-5:
            break
    return weights


def merge(articles):
    """Articles of the same evidence and label as one that counts for all: most that are on something else name nobody."""
    counts = collections.Counter()
    for article in articles:
        counts[article["relevant"], tuple(sorted(article["evidence"].items()))] += article["counts"]
    return [{"relevant": relevant, "evidence": dict(evidence), "counts": count} for (relevant, evidence), count in counts.items()]


class Model:
    def __init__(self, articles, penalty, sign_penalty):
        met = collections.Counter(name for article in articles for name in article["evidence"])
        self.names = sorted(name for name in met if not is_sign(name) or met[name] >= MIN_ARTICLES)
        penalties = numpy.array([1e-3 if n == "prior" else sign_penalty if is_sign(n) else penalty for n in self.names])
        articles = merge(articles)
        values = self.matrix(articles)
        truth = numpy.array([float(article["relevant"]) for article in articles])
        counts = numpy.array([article["counts"] for article in articles])
        kept = numpy.ones(len(self.names), bool)
        weights = numpy.zeros(len(self.names))
        while True:
            weights[kept] = newton(values[:, kept], truth, counts, penalties[kept], weights[kept])
            turned = [at for at, name in enumerate(self.names)
                      if not is_sign(name) and name != "prior" and weights[at] and (weights[at] > 0) == (name in AGAINST)]
            if not turned:
                break
            worst = max(turned, key=lambda at: abs(weights[at]))
            kept[worst], weights[worst] = False, 0.0
        small = numpy.array([is_sign(name) for name in self.names]) & (abs(weights) < MIN_WEIGHT)
        self.weights = numpy.where(small, 0, numpy.round(weights, 2))

    def matrix(self, articles):
        return numpy.array([[article["evidence"].get(name, 0.0) for name in self.names] for article in articles])

    def scores(self, articles):
        return dict(zip((article["id"] for article in articles), logistic(self.matrix(articles) @ self.weights)))


def figures(judged):
    """Precision, recall, F1 of (truth, verdict) pairs."""
    true = sum(1 for truth, verdict in judged if truth and verdict)
    found = sum(1 for _, verdict in judged if verdict)
    wanted = sum(1 for truth, _ in judged if truth)
    precision, recall = true / found if found else 1.0, true / wanted if wanted else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def report(title, articles, scores, threshold):
    print(f"{title}: n, precision, recall, F1 from {threshold} up")
    groups = collections.defaultdict(list)
    for article in articles:
        if article["sure"]:
            judged = (article["relevant"], scores[article["id"]] >= threshold)
            for key in ("all", article["lang"]):
                groups[f"{article['set']} {key}"].append(judged)
    for key in sorted(groups, key=lambda key: (key.split()[0], " all" not in key, key)):
        precision, recall, f1 = figures(groups[key])
        print(f"  {key:12} {len(groups[key]):4}  {precision:.3f}  {recall:.3f}  {f1:.3f}")


def calibration(title, articles, scores):
    """Of the articles in each band of scores, the share that is relevant."""
    print(f"{title}: articles, mean score, share relevant")
    for low, high in ((0, .1), (.1, .3), (.3, .5), (.5, .7), (.7, .9), (.9, 1.01)):
        band = [article for article in articles if article["sure"] and low <= scores[article["id"]] < high]
        if band:
            mean = sum(scores[article["id"]] for article in band) / len(band)
            print(f"  {low:.1f}-{min(high, 1):.1f}  {len(band):4}  {mean:.2f}  {sum(a['relevant'] for a in band) / len(band):.2f}")


def fold_of(story, folds):
    return int(hashlib.sha256(story.encode()).hexdigest(), 16) % folds


def crossed_scores(articles, fit, folds, salt):
    """Each article's score by what was fitted on the stories of the other parts."""
    scores = {}
    for fold in range(folds):
        out = [fold_of(salt + article["story"], folds) == fold for article in articles]
        model = fit([article for article, held in zip(articles, out) if not held])
        scores |= model.scores([article for article, held in zip(articles, out) if held])
    return scores


def threshold_by_recall(articles, scores, group):
    """The highest threshold, in steps of a twentieth, that finds `RECALL` of the relevant articles of a set."""
    wanted = [scores[a["id"]] for a in articles if a["sure"] and a["relevant"] and a["set"] == group]
    for step in range(13, 3, -1):
        if sum(score >= step / 20 for score in wanted) >= RECALL * len(wanted):
            return step / 20
    return 0.15


def nested(articles, fit, folds, group):
    """Verdicts on each part by weights and a threshold that only the other parts gave."""
    judged, chosen = [], []
    for fold in range(folds):
        out = [fold_of("y" + article["story"], folds) == fold for article in articles]
        inside = [article for article, held in zip(articles, out) if not held]
        threshold = threshold_by_recall(inside, crossed_scores(inside, fit, folds, "z"), group)
        chosen.append(threshold)
        held = [article for article, held in zip(articles, out) if held]
        scores = fit(inside).scores(held)
        judged += [(a["set"], a["lang"], a["relevant"], scores[a["id"]] >= threshold) for a in held if a["sure"]]
    print(f"nested, threshold by recall on {group}: chosen {chosen}")
    for name in sorted({(one[0], "all") for one in judged} | {(one[0], one[1]) for one in judged}, key=lambda name: (name[0], name[1] != "all", name[1])):
        part = [one[2:] for one in judged if one[0] == name[0] and name[1] in ("all", one[1])]
        print("  {:12} {:4}  {:.3f}  {:.3f}  {:.3f}".format(" ".join(name), len(part), *figures(part)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles")
    parser.add_argument("evidence")
    parser.add_argument("--penalty", type=float, default=1.0)
    parser.add_argument("--sign-penalty", type=float, default=4.0)
    parser.add_argument("--threshold", type=float, action="append", help="may be given several times (0.5)")
    parser.add_argument("--folds", type=int, default=6)
    parser.add_argument("--held", help="articles never fitted on, judged once by what was fitted on the others")
    parser.add_argument("--held-evidence")
    parser.add_argument("--nested", metavar="SET", help="choose the threshold within, by recall on this set, and judge with it")
    parser.add_argument("--worst", type=int, default=0, help="show this many misjudged articles")
    parser.add_argument("--out", type=pathlib.Path, help="write weights.tsv and signs.tsv into this folder")
    options = parser.parse_args()
    thresholds = options.threshold or [0.5]

    def read(articles, evidence):
        seen = {line["id"]: line["evidence"] for line in map(json.loads, open(evidence, encoding="utf-8"))}
        for line in map(json.loads, open(articles, encoding="utf-8")):
            unsure = line.get("borderline") or line.get("text_kind") == "digest"
            yield {
                "id": line["id"], "relevant": line["label"] == "relevant", "evidence": seen[line["id"]],
                "story": line.get("story") or line["id"], "lang": line.get("lang"), "set": line.get("set", "-"),
                "counts": UNSURE if unsure else line.get("weight", 1.0), "title": line.get("title", ""),
                "sure": not unsure and line.get("weight", 1.0) == 1.0,
            }

    articles = list(read(options.articles, options.evidence))
    fit = lambda chosen: Model(chosen, options.penalty, options.sign_penalty)
    crossed = crossed_scores(articles, fit, options.folds, "x")
    for threshold in thresholds:
        report(f"cross-validated over {options.folds} parts", articles, crossed, threshold)
    calibration("cross-validated", articles, crossed)

    if options.nested:
        nested(articles, fit, options.folds, options.nested)

    model = fit(articles)
    if options.held:
        held = list(read(options.held, options.held_evidence))
        scores = model.scores(held)
        for threshold in thresholds:
            report("held out", held, scores, threshold)
        calibration("held out", held, scores)

    wrong = [a for a in articles if a["sure"] and (crossed[a["id"]] >= thresholds[0]) != a["relevant"]]
    for article in sorted(wrong, key=lambda a: -abs(crossed[a["id"]] - thresholds[0]))[: options.worst]:
        seen = " ".join(f"{rule}={value:.2g}" for rule, value in article["evidence"].items() if not is_sign(rule))
        print(f"{crossed[article['id']]:.2f} {'missed' if article['relevant'] else 'taken'} {article['id']} {article['title'][:50]} | {seen}")

    weights = dict(zip(model.names, model.weights))
    for rule in model.names:
        if not is_sign(rule):
            print(f"  {rule:20} {weights[rule]:+.2f}")
    if options.out:
        made = "Made by tools/relevance/fit.py; may be edited."
        with open(options.out / "weights.tsv", "w", encoding="utf-8") as out:
            out.write(f"# What each rule adds to the score at full value, before squashing. {made}\nrule\tweight\n")
            out.writelines(f"{rule}\t{weights[rule]:.2f}\n" for rule in model.names if not is_sign(rule))
        with open(options.out / "signs.tsv", "w", encoding="utf-8") as out:
            out.write(f"# What signs add to the score, alone and two in one sentence, by where the sentence stands. {made}\n")
            out.write("where\tsign\twith\tweight\n")
            for name in model.names:
                if is_sign(name) and weights[name]:
                    zone, signs = name.split(": ", 1)
                    sign, _, other = signs.partition(" + ")
                    out.write(f"{zone}\t{sign}\t{other}\t{weights[name]:.2f}\n")


if __name__ == "__main__":
    main()
