#!/usr/bin/env python3
"""Fits the weights of a subject's rules on labelled articles, and says how they do on stories held out.

    cargo run --release -p dateline-parser --example evidence -- SUBJECT < articles.jsonl > evidence.jsonl
    tools/relevance/fit.py articles.jsonl evidence.jsonl --out SUBJECT/weights.tsv

A line of articles.jsonl is {"id", "title", "text", "lang", "label", "story"}: "label" is "relevant" or "not"; articles of one
"story" are held out together, since copies of one wire text would tell on each other. "borderline": true leaves one out;
"weight" (1 if absent) says how much it counts in fitting; what counts less is reported apart.

This is logistic regression with an L2 penalty by Newton's method; no library is needed. Rules that can only speak for
(or against) by what they mean keep that sign: a weight that would turn is set to zero and the rest fitted again.
"""
import argparse
import collections
import hashlib
import json
import math

# The sign a rule may have. A positive weight on a rule meant to speak against would be a chance of the sample.
AGAINST = {"prior", "listed", "third", "title_third", "late", "passing", "idle", "no_pair", "one_sided", "aside"}


def solve(matrix, vector):
    """Gaussian elimination with pivoting."""
    n = len(vector)
    rows = [row[:] + [value] for row, value in zip(matrix, vector)]
    for column in range(n):
        pivot = max(range(column, n), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(column + 1, n):
            factor = rows[row][column] / rows[column][column]
            if factor:
                for at in range(column, n + 1):
                    rows[row][at] -= factor * rows[column][at]
    answer = [0.0] * n
    for row in range(n - 1, -1, -1):
        known = sum(rows[row][at] * answer[at] for at in range(row + 1, n))
        answer[row] = (rows[row][n] - known) / rows[row][row]
    return answer


def newton(articles, rules, penalty):
    """The weights of `rules` that fit `articles` best under `penalty`; the prior goes unpenalised but for a trace."""
    weights = [0.0] * len(rules)
    for _ in range(60):
        gradient = [-penalty * w if rule != "prior" else -1e-3 * w for rule, w in zip(rules, weights)]
        hessian = [[0.0] * len(rules) for _ in rules]
        for at, rule in enumerate(rules):
            hessian[at][at] = penalty if rule != "prior" else 1e-3
        for article in articles:
            values = [article["evidence"].get(rule, 0.0) for rule in rules]
            z = sum(w * v for w, v in zip(weights, values))
            p = 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))
            counts = article["weight"]
            error = (article["relevant"] - p) * counts
            slope = max(p * (1 - p), 1e-6) * counts
            for i, vi in enumerate(values):
                if vi:
                    gradient[i] += error * vi
                    for j, vj in enumerate(values):
                        if vj:
                            hessian[i][j] += slope * vi * vj
        step = solve(hessian, gradient)
        largest = max(map(abs, step))
        scale = min(1.0, 2.0 / largest) if largest else 1.0
        weights = [w + scale * s for w, s in zip(weights, step)]
        if largest < 1e-7:
            break
    return weights


def fit(articles, rules, penalty):
    """As `newton`, with every rule's sign kept."""
    kept = list(rules)
    while True:
        weights = dict(zip(kept, newton(articles, kept, penalty)))
        turned = [r for r in kept if r != "prior" and (weights[r] > 0) == (r in AGAINST) and weights[r] != 0]
        if not turned:
            return {rule: weights.get(rule, 0.0) for rule in rules}
        worst = max(turned, key=lambda rule: abs(weights[rule]))
        kept.remove(worst)


def score(article, weights):
    z = sum(weights[rule] * value for rule, value in article["evidence"].items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, z))))


def figures(judged):
    """Precision, recall, F1 of (truth, verdict) pairs."""
    true = sum(1 for truth, verdict in judged if truth and verdict)
    found = sum(1 for _, verdict in judged if verdict)
    wanted = sum(1 for truth, _ in judged if truth)
    precision, recall = true / found if found else 1.0, true / wanted if wanted else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def report(title, articles, verdicts, threshold):
    print(f"{title}: n, precision, recall, F1")
    groups = collections.defaultdict(list)
    for article in articles:
        if article["borderline"] or not article["lang"]:
            continue
        judged = (article["relevant"], verdicts[article["id"]] >= threshold)
        if article["weight"] != 1.0:
            groups["(weighted)"].append(judged)
            continue
        for key in ("all", article["lang"], article["kind"]):
            groups[key].append(judged)
    for key in sorted(groups, key=lambda key: (key != "all", key)):
        precision, recall, f1 = figures(groups[key])
        print(f"  {key:10} {len(groups[key]):4}  {precision:.3f}  {recall:.3f}  {f1:.3f}")


def fold_of(story, folds):
    return int(hashlib.sha256(story.encode()).hexdigest(), 16) % folds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles")
    parser.add_argument("evidence")
    parser.add_argument("--penalty", type=float, default=0.3)
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--folds", type=int, default=6)
    parser.add_argument("--held", type=int, default=3, help="every n-th story is held out for the first report")
    parser.add_argument("--worst", type=int, default=0, help="show this many misjudged articles")
    parser.add_argument("--out")
    options = parser.parse_args()

    evidence = {}
    for line in open(options.evidence, encoding="utf-8"):
        line = json.loads(line)
        evidence[line["id"]] = line["evidence"]
    articles = []
    for line in open(options.articles, encoding="utf-8"):
        line = json.loads(line)
        articles.append({
            "id": line["id"], "relevant": line["label"] == "relevant", "evidence": evidence[line["id"]],
            "story": line.get("story") or line["id"], "lang": line.get("lang"), "kind": line.get("text_kind", "-"),
            "borderline": line.get("borderline", False), "weight": line.get("weight", 1.0), "title": line.get("title", ""),
        })
    rules = sorted({rule for article in articles for rule in article["evidence"]})
    usable = [article for article in articles if not article["borderline"]]

    held = [article for article in articles if fold_of(article["story"], options.held) == 0]
    rest = [article for article in usable if fold_of(article["story"], options.held) != 0]
    weights = fit(rest, rules, options.penalty)
    report("fitted on the rest, the rest", rest, {a["id"]: score(a, weights) for a in rest}, options.threshold)
    report("fitted on the rest, held out", held, {a["id"]: score(a, weights) for a in held}, options.threshold)

    crossed = {}
    for fold in range(options.folds):
        weights = fit([a for a in usable if fold_of("x" + a["story"], options.folds) != fold], rules, options.penalty)
        crossed |= {a["id"]: score(a, weights) for a in articles if fold_of("x" + a["story"], options.folds) == fold}
    report(f"cross-validated over {options.folds} parts", articles, crossed, options.threshold)

    weights = fit(usable, rules, options.penalty)
    final = {a["id"]: score(a, weights) for a in articles}
    report("fitted on all", articles, final, options.threshold)
    wrong = [a for a in usable if (crossed[a["id"]] >= options.threshold) != a["relevant"]]
    for article in sorted(wrong, key=lambda a: -abs(crossed[a["id"]] - 0.5))[: options.worst]:
        seen = " ".join(f"{rule}={value:.2g}" for rule, value in article["evidence"].items() if rule != "prior")
        print(f"{crossed[article['id']]:.2f} {'missed' if article['relevant'] else 'taken'} {article['id']} {article['title'][:50]} | {seen}")

    for rule in rules:
        print(f"  {rule:15} {weights[rule]:+.2f}")
    if options.out:
        with open(options.out, "w", encoding="utf-8") as out:
            out.write("# What each rule adds to the score at full value, before squashing. Made by tools/relevance/fit.py; may be edited.\n")
            out.write("rule\tweight\n")
            for rule in rules:
                out.write(f"{rule}\t{weights[rule]:.2f}\n")


if __name__ == "__main__":
    main()
