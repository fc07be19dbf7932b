#!/usr/bin/env python3
"""Learns the two forests of the body decision. README.md says how."""

import argparse
import hashlib
import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from urllib.parse import urlparse

import lightgbm
import numpy

PARTS = 5
FOLDINGS = ("", "a", "b", "c", "d")  # ways to deal the publishers into parts: what one of them finds is chance to a few thousandths
TREES = 100
LEAVES = 15
RATE = 0.08
WEAK = 0.024  # of a page's text: what a run counts for that is known from a single sentence
CERTAIN = 3.0  # as in model/mod.rs: the logit at which a score is 0 or 1
NOT_ASKED = (-2 * CERTAIN, -99.0)  # as in decide.rs: the verdicts on a run that the first, the second forest is not asked about
FLOOR = 6  # words that even the shortest run counts for
WIDE = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
SECOND_LEVEL = {"co", "com", "org", "net", "ac", "gov", "or", "go", "ne"}


def tokens(text, by_character):
    words = re.findall(r"\w+", text or "")
    return list("".join(words)) if by_character else words


def publisher(url, fallback):
    parts = (urlparse(url or "").hostname or fallback).lower().split(".")
    return ".".join(parts[-3:] if len(parts) > 2 and parts[-2] in SECOND_LEVEL else parts[-2:])


def digest(text, modulus):
    return int(hashlib.sha1(text.encode()).hexdigest(), 16) % modulus


class Page:
    def __init__(self, row, folder):
        self.row, self.file, self.folder = row, str(folder / row["html"]), folder.name
        self.publisher = publisher(row.get("url"), row["id"])
        self.held_back = digest(self.publisher, 10) < 3
        self.is_weak = bool(row.get("with"))
        body = re.sub(r"\W", "", row.get("body") or "")
        self.by_character = row.get("tokens") != "word" and len(WIDE.findall(body)) > 0.3 * max(1, len(body))

    def take(self, runs):
        """`runs`: each run's text and its row, which is empty where the forest is not asked about it."""
        self.texts = [text for text, _ in runs]
        self.asked = numpy.array([len(row) > 0 for _, row in runs], bool)
        self.rows = numpy.array([row for _, row in runs if row], numpy.float32)
        if hasattr(self, "labels"):
            return
        split = [tokens(text, self.by_character) for text in self.texts]
        if self.is_weak:
            labels = [self.weak_label(text) for text in self.texts]
            weights = [0.0 if label is None else WEAK for label in labels]
        else:
            labels = align(split, tokens(self.row["body"], self.by_character))
            total = max(60, sum(len(words) for words, label in zip(split, labels) if label) or 200)
            weights = [min(1.0, (len(words) + FLOOR) / total) for words in split]
        self.labels = numpy.array([label or 0 for label in labels])
        self.weights = numpy.array(weights)

    def weak_label(self, text):
        plain = " ".join(text.split())
        wanted = any(" ".join(part.split()) in plain for part in self.row["with"])
        unwanted = any(" ".join(part.split()) in plain for part in self.row["without"])
        return None if wanted == unwanted else int(wanted)


def align(runs, gold):
    """Which runs are in the text: of all chains of runs that follow the text's order, the one that covers most words."""
    triples, singles = {}, {}
    for at, word in enumerate(gold):
        singles.setdefault(word, []).append(at)
        if at + 2 < len(gold):
            triples.setdefault(tuple(gold[at : at + 3]), []).append(at)
    candidates = []
    for index, words in enumerate(runs):
        count = len(words)
        if count >= 3:
            offsets = Counter(
                place - at for at in range(count - 2) for place in triples.get(tuple(words[at : at + 3]), ())[:20]
            )
            for offset, _ in offsets.most_common(6):
                near = sum(number for other, number in offsets.items() if abs(other - offset) <= 6)
                share = min(1.0, near / (count - 2))
                if share >= 0.5:
                    candidates.append((index, max(0, offset), min(len(gold), offset + count), share * count))
        elif count:
            for place in singles.get(words[0], ())[:60]:
                if gold[place : place + count] == words:
                    candidates.append((index, place, place + count, 0.9 * count))
    candidates.sort(key=lambda candidate: candidate[:2])
    best, tree = [None] * len(candidates), [(0, -1)] * (len(gold) + 3)

    def look_up(end):
        found, end = (0, -1), end + 1
        while end > 0:
            found, end = max(found, tree[end], key=lambda entry: entry[0]), end - (end & -end)
        return found

    def enter(end, entry):
        end += 1
        while end < len(tree):
            if tree[end][0] < entry[0]:
                tree[end] = entry
            end += end & -end

    at = 0
    while at < len(candidates):
        index, fresh = candidates[at][0], []
        while at < len(candidates) and candidates[at][0] == index:
            _, start, end, weight = candidates[at]
            before = look_up(min(len(tree) - 2, start + (3 if end - start > 8 else 0)))
            best[at] = (before[0] + weight, before[1])
            fresh.append((end, (best[at][0], at)))
            at += 1
        for end, entry in fresh:
            enter(end, entry)
    labels = [0] * len(runs)
    link = max(range(len(candidates)), key=lambda at: best[at][0], default=-1)
    while link >= 0:
        index, _, _, weight = candidates[link]
        labels[index] = int(weight > 0.5 * len(runs[index]))
        link = best[link][1]
    return labels


def ask(program, pages, **given):
    """One answer of the program for each page; `given` are lists of what else is told about each."""
    lines = []
    for at, page in enumerate(pages):
        job = {"id": str(at), "file": page.file}
        job |= {name: [round(float(value), 4) for value in values[at]] for name, values in given.items()}
        lines.append(json.dumps(job) + "\n")
    answer = subprocess.run([program], input="".join(lines), capture_output=True, text=True, check=True).stdout
    columns, *answers = map(json.loads, answer.rstrip("\n").split("\n"))
    return columns["columns"], answers


def learn(pages):
    pages = [page for page in pages if len(page.rows)]
    rows = numpy.concatenate([page.rows for page in pages])
    labels = numpy.concatenate([page.labels[page.asked] for page in pages])
    weights = numpy.concatenate([page.weights[page.asked] for page in pages])
    known = weights > 0
    data = lightgbm.Dataset(rows[known], labels[known], weight=weights[known] / weights[known].mean())
    parameters = dict(
        objective="binary",
        num_leaves=LEAVES,
        learning_rate=RATE,
        min_data_in_leaf=20,
        lambda_l2=5.0,
        feature_fraction=0.4,
        bagging_fraction=0.8,
        bagging_freq=1,
        max_bin=127,
        seed=1,
        num_threads=1,
        deterministic=True,
        force_col_wise=True,
        verbose=-1,
    )
    return lightgbm.train(parameters, data, TREES)


def verdicts(model, page, otherwise):
    found = numpy.full(len(page.texts), otherwise)
    if len(page.rows):
        found[page.asked] = model.predict(page.rows, raw_score=True, num_threads=1)
    return found


def unseen(pages, folding, otherwise):
    """Each page's verdicts by a forest that saw no page of its publisher."""
    parts = [digest("f" + folding + page.publisher, PARTS) for page in pages]
    models = [learn([page for page, other in zip(pages, parts) if other != part]) for part in range(PARTS)]
    return [verdicts(models[part], page, otherwise) for page, part in zip(pages, parts)]


def shingles(words):
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)) if words)


def measure(pages, texts):
    """How near the texts read are to those wanted: F1, precision and recall of shingles of four words, and the share of pages without
    a fault, means over pages; F1 over sentences, where only those are known."""
    whole, found, wrong, missed = [], 0, 0, 0
    for page, text in zip(pages, texts):
        if page.is_weak:
            plain = " ".join(text.split())
            held = sum(" ".join(part.split()) in plain for part in page.row["with"])
            found, missed = found + held, missed + len(page.row["with"]) - held
            wrong += sum(" ".join(part.split()) in plain for part in page.row["without"])
            continue
        read, wanted = tokens(text, page.by_character), tokens(page.row["body"], page.by_character)
        ours, theirs = shingles(read), shingles(wanted)
        both = sum((ours & theirs).values())
        whole.append((both / max(1, sum(ours.values())), both / max(1, sum(theirs.values())), read == wanted))
    if not whole:
        return (2 * found / max(1, 2 * found + wrong + missed),)
    precision, recall, exact = numpy.mean(whole, axis=0)
    return 2 * precision * recall / max(1e-9, precision + recall), precision, recall, exact


def report(name, measured):
    """Means over the foldings, and how far a single one lies from it."""
    mean, spread = numpy.mean(measured, axis=0), numpy.std(measured, axis=0, ddof=1)
    line = f"{name:<36} F1 {mean[0]:.4f} ±{spread[0]:.4f}"
    if len(mean) > 1:
        line += f" ({mean[1]:.3f}/{mean[2]:.3f}) exact {mean[3]:.3f} ±{spread[3]:.3f}"
    print(line, flush=True)


def write(model, columns, path):
    lines = [f"# Made by tools/train; {model.num_trees()} trees."]

    def walk(node, depth):
        if "split_feature" not in node:
            lines.append("  " * depth + f"= {node['leaf_value']:.4f}")
            return
        lines.append("  " * depth + f"{columns[node['split_feature']]} <= {node['threshold']:.6g}")
        walk(node["left_child"], depth + 1)
        walk(node["right_child"], depth + 1)

    for tree in model.dump_model()["tree_info"]:
        walk(tree["tree_structure"], 0)
    path.write_text("\n".join(lines) + "\n")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--run-table", required=True, help="the built example program run_table")
    arguments.add_argument("--out", type=Path, required=True, help="folder for first.txt and second.txt")
    arguments.add_argument("manifests", nargs="+", type=Path)
    given = arguments.parse_args()
    pages = []
    for manifest in given.manifests:
        rows = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines() if line.strip()]
        pages += [Page(row, manifest.parent) for row in rows]
    columns, answers = ask(given.run_table, pages)
    for page, answer in zip(pages, answers):
        page.take(answer["runs"])
    plain = [(page.asked, page.rows) for page in pages]
    write(learn(pages), columns, given.out / "first.txt")
    measured = {}
    for folding in FOLDINGS:
        for page, (asked, rows) in zip(pages, plain):
            page.asked, page.rows = asked, rows
        first = unseen(pages, folding, NOT_ASKED[0])
        scores = [numpy.clip(0.5 + value / (2 * CERTAIN), 0, 1) for value in first]
        _, answers = ask(given.run_table, pages, scores=scores)
        for page, answer in zip(pages, answers):
            page.take(answer["runs"])
        second = unseen(pages, folding, NOT_ASKED[1])
        if folding == FOLDINGS[0]:
            write(learn(pages), columns, given.out / "second.txt")
        both = [(one + two) / 2 for one, two in zip(first, second)]
        for name, found in (("first", first), ("second", second), ("both", both)):
            _, answers = ask(given.run_table, pages, scores=scores, verdicts=found)
            for folder in dict.fromkeys(page.folder for page in pages):
                for side, sides in (("tuned", {False}), ("held back", {True}), ("all", {False, True})):
                    chosen = [at for at, page in enumerate(pages) if page.folder == folder and page.held_back in sides]
                    texts = [answers[at]["text"] or "" for at in chosen]
                    found_here = measure([pages[at] for at in chosen], texts)
                    measured.setdefault(f"{name}, {folder}, {side}", []).append(found_here)
    for name, values in measured.items():
        report(name, values)


if __name__ == "__main__":
    main()
