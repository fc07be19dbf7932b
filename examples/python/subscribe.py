"""Prints each event of a topic: its id, a tab, its JSON. Usage: subscribe.py BROKERS TOPIC GROUP"""

import signal
import sys

from confluent_kafka import Consumer

brokers, topic, group = sys.argv[1:]
for stop in (signal.SIGINT, signal.SIGTERM):
    signal.signal(stop, lambda *_: sys.exit())
consumer = Consumer({
    "bootstrap.servers": brokers,
    "group.id": group,
    "isolation.level": "read_committed",  # the default of this client; others read what was aborted as well
    "auto.offset.reset": "earliest",
    "enable.auto.commit": False,
})
consumer.subscribe([topic])
try:
    while True:
        record = consumer.poll(1.0)
        if record is None:
            continue
        if record.error():  # a broker that is away, a right that is missing: the client tries again by itself
            print(record.error(), file=sys.stderr)
            continue
        value = record.value() or b""  # empty: the tombstone of an article that was withdrawn, where the topic is compacted
        print(dict(record.headers())["ce_id"].decode(), value.decode(), sep="\t", flush=True)
        consumer.commit(record, asynchronous=False)  # once it is dealt with
finally:
    consumer.close()  # leaves the group at once, so that others need not wait for it
