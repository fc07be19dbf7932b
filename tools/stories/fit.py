#!/usr/bin/env python3
"""fit.py PROGRAM CONFIG SET.jsonl...: fits config/stories/weights.tsv by climbing, with the program itself as the judge.

SET lines: {id, title, text, language, published?, story}, or {..., pair, same} for a set of pairs.  One weight at a time is changed, the
program tells the stories of every set with it, and the change is kept if the mean F1 grows: B-cubed for stories, of "the same" for pairs.
A third of the stories of each set, by a hash of their ids, count for nothing in fitting; what they give is printed beside it.  With
--leave-out NAME a whole set is only measured.  The best weights so far are written to --out after each step.

Python 3.9+, standard library only, no network.
"""
import argparse
import collections
import hashlib
import json
import pathlib
import random
import re
import subprocess
import tempfile
import time

FIELDS = ("id", "title", "text", "language", "published", "url")
STEP = 0.03


def f1(precision, recall):
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


class Set:
    def __init__(self, path):
        self.name = path.stem
        self.gold = [json.loads(line) for line in path.open(encoding="utf8") if line.strip()]
        self.input = "".join(
            json.dumps({key: text[key] for key in FIELDS if text.get(key) is not None}, ensure_ascii=False) + "\n"
            for text in self.gold)
        self.pairs = "pair" in self.gold[0]
        self.held = [self.is_held(str(text["pair" if self.pairs else "story"])) for text in self.gold]

    @staticmethod
    def is_held(story):
        return int(hashlib.sha1(story.encode()).hexdigest(), 16) % 3 == 0

    def score(self, stories, held):
        """F1 of the texts that are held back, or of the others."""
        counted = [index for index, is_held in enumerate(self.held) if is_held == held]
        if not counted:
            return 0.0
        return self.score_pairs(stories, counted) if self.pairs else self.score_stories(stories, counted)

    def score_stories(self, stories, counted):
        right, found = collections.defaultdict(set), collections.defaultdict(set)
        for index, text in enumerate(self.gold):
            right[text["story"]].add(index)
            found[stories[index]].add(index)
        precision = recall = 0.0
        for index in counted:
            a, b = found[stories[index]], right[self.gold[index]["story"]]
            precision += len(a & b) / len(a)
            recall += len(a & b) / len(b)
        return f1(precision / len(counted), recall / len(counted))

    def score_pairs(self, stories, counted):
        pairs = collections.defaultdict(list)
        for index in counted:
            pairs[self.gold[index]["pair"]].append(index)
        told = [(stories[a] == stories[b], self.gold[a]["same"]) for a, b in (p for p in pairs.values() if len(p) == 2)]
        both = sum(said and same for said, same in told)
        said, same = sum(said for said, _ in told), sum(same for _, same in told)
        return f1(both / said if said else 0.0, both / same if same else 0.0)


class Judge:
    """The program, with a copy of its configuration whose weights are tried."""

    def __init__(self, program, config, folder):
        self.program = program
        tables = config.parent / "stories"
        self.tables = folder / "stories"
        self.tables.mkdir()
        for path in tables.iterdir():
            (self.tables / path.name).write_bytes(path.read_bytes())
        lines = (tables / "weights.tsv").read_text(encoding="utf8").splitlines()
        self.comment = [line for line in lines if line.startswith("#")]
        text = config.read_text(encoding="utf8")
        setting = f"story_tables = {json.dumps(str(self.tables))}"
        text, found = re.subn(r"(?m)^#?\s*story_tables *=.*$", lambda _: setting, text, count=1)
        if not found:
            raise SystemExit(f"{config} has no line story_tables = …; add one")
        # Beside the configuration, so that its other paths keep their meaning.
        self.config = config.with_name(f".fit-{folder.name}.toml")
        self.config.write_text(text, encoding="utf8")
        self.first = {}
        for line in lines:
            if line and not line.startswith(("#", "sign\t")):
                sign, same, across = line.split("\t")
                self.first[sign, "same"], self.first[sign, "across"] = float(same), float(across)

    def table(self, weights):
        signs = list(dict.fromkeys(sign for sign, _ in weights))
        rows = [f"{sign}\t{weights[sign, 'same']:.3g}\t{weights[sign, 'across']:.3g}" for sign in signs]
        return "\n".join([*self.comment, "sign\tsame\tacross", *rows]) + "\n"

    def stories(self, weights, gold):
        (self.tables / "weights.tsv").write_text(self.table(weights), encoding="utf8")
        command = [self.program, "stories", "--config", str(self.config), "--batch"]
        output = subprocess.run(command, input=gold.input, capture_output=True, text=True, check=True).stdout
        return [json.loads(line)["story"] for line in output.splitlines()]


def fit(judge, sets, left_out, minutes, seed):
    """Yields weights, each better than the ones before."""
    choice = random.Random(seed)
    fitted = [gold for gold in sets if gold.name != left_out]

    def mean(weights):
        return sum(gold.score(judge.stories(weights, gold), held=False) for gold in fitted) / len(fitted)

    best = dict(judge.first)
    most = mean(best)
    yield best, most
    # The weight of the wording is what the others are measured by.
    free = [key for key in best if key != ("wording", "same")]
    end = time.monotonic() + 60 * minutes
    while time.monotonic() < end:
        tried = dict(best)
        tried[choice.choice(free)] += STEP * choice.choice((-2, -1, -0.3, 0.3, 1, 2))
        score = mean(tried)
        if score > most:
            best, most = tried, score
            yield best, most


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("config", type=pathlib.Path)
    parser.add_argument("sets", type=pathlib.Path, nargs="+")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--leave-out", metavar="NAME")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    sets = [Set(path) for path in arguments.sets]
    with tempfile.TemporaryDirectory() as folder:
        judge = Judge(arguments.program, arguments.config, pathlib.Path(folder))
        try:
            best = judge.first
            for best, most in fit(judge, sets, arguments.leave_out, arguments.minutes, arguments.seed):
                print(f"{most:.4f}", flush=True)
                if arguments.out:
                    arguments.out.write_text(judge.table(best), encoding="utf8")
            for gold in sets:
                stories = judge.stories(best, gold)
                print(f"{gold.name}  fitted {gold.score(stories, held=False):.3f}  held back {gold.score(stories, held=True):.3f}")
        finally:
            judge.config.unlink()


if __name__ == "__main__":
    main()
