"""Kafka as a subscriber reads it: with kcat, `read_committed`, from the beginning to the end."""

import json
import shutil
import subprocess

KCAT = shutil.which("kcat")


def read(brokers, topic):
    """Every committed record of a topic: {"key", "headers": {...}, "value": {...}, "partition", "offset"}; a tombstone's value is None."""
    out = subprocess.run(
        [KCAT, "-C", "-q", "-J", "-e", "-b", brokers, "-t", topic, "-o", "beginning", "-X", "isolation.level=read_committed"],
        capture_output=True, text=True, check=True, timeout=300).stdout
    records = []
    for line in out.splitlines():
        record = json.loads(line)
        names, values = record.get("headers", [])[::2], record.get("headers", [])[1::2]
        records.append({"key": record["key"], "headers": dict(zip(names, values)), "value": json.loads(record["payload"] or "null"),
                        "partition": record["partition"], "offset": record["offset"]})
    return records


def names(brokers, start):
    """The topics whose names begin so."""
    out = subprocess.run([KCAT, "-L", "-J", "-b", brokers], capture_output=True, text=True, check=True, timeout=60).stdout
    return [topic["topic"] for topic in json.loads(out)["topics"] if topic["topic"].startswith(start)]
