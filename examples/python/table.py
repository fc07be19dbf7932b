"""Keeps a SQLite table of what is current: articles in their last revision, without those withdrawn, and stories with their
articles, without those merged into others. Usage: table.py BROKERS GROUP DATABASE ARTICLES WITHDRAWALS STORIES (three topics)

Events come again after a replay, and topics overtake one another. Neither does harm: each row remembers the `ce_sequence` that it
is of, and an event that isn't newer changes nothing. Up to where the topics are read is written in the same transaction."""

import json
import signal
import sqlite3
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer

TABLES = """
CREATE TABLE IF NOT EXISTS article (id TEXT PRIMARY KEY, sequence INTEGER, revision INTEGER, url TEXT, title TEXT, text TEXT,
                                    copy_of TEXT, withdrawn INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS story (id TEXT PRIMARY KEY, sequence INTEGER, title TEXT, merged_into TEXT);
CREATE TABLE IF NOT EXISTS story_article (story TEXT, article TEXT, role TEXT, PRIMARY KEY (story, article));
CREATE TABLE IF NOT EXISTS place (topic TEXT, part INTEGER, next INTEGER, PRIMARY KEY (topic, part));
CREATE VIEW IF NOT EXISTS current_article AS SELECT * FROM article WHERE NOT withdrawn;
CREATE VIEW IF NOT EXISTS current_story AS SELECT * FROM story WHERE merged_into IS NULL;
"""


def is_newer(table, key, sequence):
    row = database.execute(f"SELECT sequence FROM {table} WHERE id = ?", (key,)).fetchone()
    return row is None or row[0] < sequence


def take(kind, sequence, event):
    if kind == "dateline.article.v1" and is_newer("article", event["article"], sequence):
        database.execute("REPLACE INTO article VALUES (?, ?, ?, ?, ?, ?, ?, 0)", (
            event["article"], sequence, event["revision"], event.get("url"), event.get("title"), event["body"]["text"],
            event.get("copy_of", {}).get("article")))
    elif kind == "dateline.withdrawal.v1" and is_newer("article", event["article"], sequence):
        database.execute("INSERT INTO article (id, sequence, withdrawn) VALUES (?, ?, 1) "
                         "ON CONFLICT DO UPDATE SET sequence = excluded.sequence, withdrawn = 1", (event["article"], sequence))
    elif kind == "dateline.story.v1" and is_newer("story", event["story"], sequence):
        database.execute("REPLACE INTO story VALUES (?, ?, ?, ?)", (
            event["story"], sequence, event.get("title"), event.get("merged_into")))
        database.execute("DELETE FROM story_article WHERE story = ?", (event["story"],))
        if "merged_into" not in event:
            database.executemany("INSERT INTO story_article VALUES (?, ?, ?)", (
                (event["story"], one["article"], one["role"]) for one in event["articles"]))
    # Other kinds, and fields that are not known here, are passed over: docs/compatibility.md.


def go_on(consumer, partitions):
    for partition in partitions:
        row = database.execute("SELECT next FROM place WHERE topic = ? AND part = ?",
                               (partition.topic, partition.partition)).fetchone()
        partition.offset = row[0] if row else OFFSET_BEGINNING
    consumer.assign(partitions)


brokers, group, path, *topics = sys.argv[1:]
database = sqlite3.connect(path)
database.executescript(TABLES)
for stop in (signal.SIGINT, signal.SIGTERM):
    signal.signal(stop, lambda *_: sys.exit())
consumer = Consumer({"bootstrap.servers": brokers, "group.id": group, "isolation.level": "read_committed",
                     "auto.offset.reset": "earliest", "enable.auto.commit": False})
consumer.subscribe(topics, on_assign=go_on)
try:
    while True:
        record = consumer.poll(1.0)
        if record is None:
            continue
        if record.error():  # a broker that is away, a right that is missing: the client tries again by itself
            print(record.error(), file=sys.stderr)
            continue
        with database:
            if record.value() is not None:  # an empty value is the tombstone of a compacted topic; the withdrawal says more
                headers = {name: value.decode() for name, value in record.headers()}
                take(headers["ce_type"], int(headers["ce_sequence"]), json.loads(record.value()))
            database.execute("REPLACE INTO place VALUES (?, ?, ?)", (record.topic(), record.partition(), record.offset() + 1))
finally:
    consumer.close()
