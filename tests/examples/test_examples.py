"""The examples in `examples/`, each in its own language, against a real broker: every committed event, none of an aborted
transaction, through a second member that joins, members that stop, and a start after that."""

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import uuid
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "examples"
LIB = os.environ.get("KAFKA_LIB", REPOSITORY / "target" / "kafka" / "lib")
BROKER = os.environ.get("KAFKA_TEST_BROKER", "")
PARTITIONS = 4


def eventually(what, seconds, probe):
    deadline = time.monotonic() + seconds
    while not (answer := probe()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.1)
    return answer


class Topic:
    """A topic of the test's own, written as the relay writes: in transactions, compressed with zstd."""

    def __init__(self, name):
        from confluent_kafka import Producer
        from confluent_kafka.admin import AdminClient, NewTopic
        self.name = f"{name}-{uuid.uuid4().hex[:12]}"
        admin = AdminClient({"bootstrap.servers": BROKER})
        for made in admin.create_topics([NewTopic(self.name, PARTITIONS, 1)]).values():
            made.result(30)
        self.producer = Producer({"bootstrap.servers": BROKER, "transactional.id": self.name, "compression.type": "zstd"})
        self.producer.init_transactions(30)
        self.written = 0

    def write(self, events, commit=True):
        """One transaction. Each event is a type and what it says; its key and sequence follow."""
        self.producer.begin_transaction()
        ids = []
        for kind, event in events:
            self.written += 1
            sequence, event = event.get("sequence", self.written), event["data"]
            headers = {"ce_id": event["id"], "ce_type": kind, "ce_sequence": str(sequence), "ce_journal": "j"}
            key = event.get("story") if "story" in kind else event["article"]
            self.producer.produce(self.name, json.dumps(event, ensure_ascii=False).encode(), key,
                                  headers=[(name, value.encode()) for name, value in headers.items()])
            ids.append(event["id"])
        self.producer.flush()
        if commit:
            self.producer.commit_transaction(30)
        else:
            self.producer.abort_transaction(30)
        return ids

    def write_articles(self, count, commit=True):
        articles = [f"{uuid.uuid4().hex}" for _ in range(count)]
        return self.write([("dateline.article.v1", {"data": {"id": f"{one}.1", "article": one, "title": "Визит в Пхеньян 訪問"}})
                           for one in articles], commit)


class Member:
    """A consumer under way; what it printed, line by line."""

    def __init__(self, command, **options):
        # Where the tests themselves run in the background SIGINT is ignored, and a program of Java's leaves it so.
        self.process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
                                        text=True, encoding="utf-8", **options)
        self.lines, self.errors = [], []
        self.readers = [threading.Thread(target=self.read, args=pair, daemon=True) for pair in
                        ((self.process.stdout, self.lines), (self.process.stderr, self.errors))]
        for reader in self.readers:
            reader.start()

    @staticmethod
    def read(stream, into):
        with stream:
            into.extend(stream)

    def stop(self, by=signal.SIGTERM):
        """By SIGTERM, as a service manager sends it, or SIGINT, as Ctrl-C does; the example leaves its group."""
        if self.process.poll() is None:
            self.process.send_signal(by)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError(f"still there 20 s after {by.name}; it said: {''.join(self.errors)[-800:]}") from None
        for reader in self.readers:
            reader.join(10)


class Example(unittest.TestCase):
    def setUp(self):
        lacks = [] if BROKER else ["KAFKA_TEST_BROKER names no broker"]
        lacks += [f"{program} is not installed" for program in self.needs if not shutil.which(program)]
        if lacks and os.environ.get("CI"):
            self.fail("cannot run: " + "; ".join(lacks))
        if lacks:
            self.skipTest("; ".join(lacks))
        self.folder = Path(tempfile.mkdtemp(prefix="dateline-examples-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    needs = []

    def start(self, *command, **options):
        member = Member(command, **options)
        self.addCleanup(member.stop)
        return member


class Subscribe:
    """What is asked of each of the twenty-line consumers. `command` says how it is run, once what it needs is there."""

    def test_every_event_arrives_through_a_rebalance_and_a_restart_and_nothing_that_was_aborted(self):
        command = self.command()
        topic = Topic("subscribe")
        members, expected, aborted = [], set(), set()

        def member():
            members.append(self.start(*command, BROKER, topic.name, f"{topic.name}-group"))
            return members[-1]

        def seen():
            return [word for one in members for word in self.ids(one)]

        def write(what):
            aborted.update(topic.write_articles(5, commit=False))
            expected.update(topic.write_articles(20))
            try:
                eventually(what, 60, lambda: expected <= set(seen()))
            except AssertionError as late:
                errors = "".join(line for one in members for line in one.errors)[-1500:]
                raise AssertionError(f"{late}: {len(expected - set(seen()))} of {len(expected)} are missing; {errors}") from None

        first = member()
        write("the first member has what was there")
        second = member()
        before = len(second.lines)
        # Both have partitions once the second has something; each event spreads by its key.
        deadline = time.monotonic() + 40
        while len(second.lines) == before and time.monotonic() < deadline:
            write("both together have what is new")
            time.sleep(0.5)
        self.assertGreater(len(second.lines), before, "the second member got no partition")
        first.stop()
        write("the one that is left has what is new")
        second.stop(signal.SIGINT)
        self.assertNotIn("Traceback", "".join(second.errors))
        expected.update(topic.write_articles(20))
        member()
        write("after a restart, what came meanwhile is there")
        self.assertEqual(aborted & set(seen()), set(), "of an aborted transaction")
        again = len(seen()) - len(set(seen()))
        self.assertLessEqual(again, 40, "events come again at a handover at most, to be folded by ce_id")
        text = "".join(line for one in members for line in one.lines)
        self.assertIn("Визит в Пхеньян 訪問", text)

    def ids(self, member):
        return [line.split("\t", 1)[0] for line in list(member.lines)]


class Python(Subscribe, Example):
    def command(self):
        return [sys.executable, EXAMPLES / "python" / "subscribe.py"]


class Java(Subscribe, Example):
    needs = ["javac", "java"]

    def command(self):
        # The jars are those that the broker runs on: kafka-clients is among them.
        subprocess.run(["javac", "-cp", f"{LIB}/*", "-d", self.folder, EXAMPLES / "java" / "Subscribe.java"], check=True)
        return ["java", "-Xmx128m", "-XX:TieredStopAtLevel=1", "-cp", f"{self.folder}:{LIB}/*", "Subscribe"]


class Node(Subscribe, Example):
    needs = ["node", "npm"]

    def command(self):
        shutil.copytree(EXAMPLES / "node", self.folder / "node")
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=self.folder / "node", check=True)
        return ["node", self.folder / "node" / "subscribe.js"]


class Go(Subscribe, Example):
    needs = ["go"]

    def command(self):
        subprocess.run(["go", "build", "-o", self.folder / "subscribe", "."], cwd=EXAMPLES / "go", check=True)
        return [self.folder / "subscribe"]


class Rust(Subscribe, Example):
    needs = ["cargo"]

    def command(self):
        subprocess.run(["cargo", "build", "--quiet", "--workspace", "--bin", "subscribe"], cwd=REPOSITORY, check=True)
        target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
        return [target / "debug" / "subscribe"]


class Kcat(Subscribe, Example):
    needs = ["kcat"]

    def command(self):
        return [EXAMPLES / "kcat" / "subscribe"]

    def ids(self, member):
        pairs = [line.split("\t", 1)[0].split(",") for line in list(member.lines)]
        return [pair.partition("=")[2] for line in pairs for pair in line if pair.startswith("ce_id=")]


def article(article_id, revision, sequence, **more):
    data = {"id": f"{article_id}.{revision}", "article": article_id, "revision": revision, "title": f"{article_id} {revision}",
            "body": {"text": f"Text {revision}."}, **more}
    return "dateline.article.v1", {"sequence": sequence, "data": data}


def withdrawal(article_id, sequence):
    return "dateline.withdrawal.v1", {"sequence": sequence, "data": {"id": f"w{article_id}{sequence}", "article": article_id}}


def story(story_id, sequence, articles, **more):
    data = {"id": f"{story_id}.{sequence}", "story": story_id, "title": f"{story_id} at {sequence}",
            "articles": [{"article": one, "role": "own_report"} for one in articles], **more}
    return "dateline.story.v1", {"sequence": sequence, "data": data}


class Table(Example):
    def setUp(self):
        super().setUp()
        self.topics = [Topic(name) for name in ("articles", "withdrawals", "stories")]
        self.database = self.folder / "current.db"

    def run_table(self):
        return self.start(sys.executable, EXAMPLES / "python" / "table.py", BROKER, f"{self.topics[0].name}-table", self.database,
                          *(topic.name for topic in self.topics))

    def rows(self, query):
        try:
            with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
                return sorted(database.execute(query).fetchall())
        except sqlite3.OperationalError:
            return None

    def becomes(self, query, rows):
        eventually(f"{query} gives {rows}, not {self.rows(query)}", 60, lambda: self.rows(query) == rows)

    def test_a_table_is_current_through_revisions_withdrawals_merges_replays_and_a_restart(self):
        articles, withdrawals, stories = self.topics
        table = self.run_table()
        first = [article("a", 1, 1), article("b", 1, 3), article("a", 2, 5), article("c", 1, 7, copy_of={"article": "a"})]
        articles.write(first)
        stories.write([story("s", 2, ["a"]), story("t", 4, ["b"]), story("s", 8, ["a", "c"])])
        self.becomes("SELECT id, revision FROM current_article", [("a", 2), ("b", 1), ("c", 1)])
        self.becomes("SELECT story, article FROM story_article", [("s", "a"), ("s", "c"), ("t", "b")])
        # A merge, a withdrawal, and the first events once more, as a replay brings them.
        stories.write([story("t", 9, [], merged_into="s"), story("s", 10, ["a", "b", "c"])])
        withdrawals.write([withdrawal("b", 11)])
        articles.write(first)
        self.becomes("SELECT id, revision FROM current_article", [("a", 2), ("c", 1)])
        self.becomes("SELECT id FROM current_story", [("s",)])
        self.becomes("SELECT story, article FROM story_article", [("s", "a"), ("s", "b"), ("s", "c")])
        table.stop()
        # It comes back: a later revision ends the withdrawal.
        articles.write([article("b", 2, 12)])
        articles.write([article("z", 1, 13)], commit=False)
        table = self.run_table()
        self.becomes("SELECT id, revision FROM current_article", [("a", 2), ("b", 2), ("c", 1)])
        self.becomes("SELECT copy_of FROM current_article WHERE id = 'c'", [("a",)])
        table.stop(signal.SIGINT)
        self.assertEqual(table.errors, [])


if __name__ == "__main__":
    unittest.main()
