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


def delete(brokers, topic):
    """Deletes a topic, and waits until it is gone."""
    from confluent_kafka.admin import AdminClient
    admin = AdminClient({"bootstrap.servers": brokers})
    admin.delete_topics([topic], operation_timeout=30)[topic].result(60)


def forget_what_stands_beside_places(brokers, group, topic):
    """Has a group go on at the end of each partition of a topic, with nothing beside its places: where all is taken in, what
    `kafka-consumer-groups.sh --reset-offsets --to-current` does."""
    from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
    from confluent_kafka.admin import AdminClient
    places = [TopicPartition(topic, partition, end) for partition, end in ends(brokers, topic).items()]
    admin = AdminClient({"bootstrap.servers": brokers})
    admin.alter_consumer_group_offsets([ConsumerGroupTopicPartitions(group, places)])[group].result(30)


def ends(brokers, topic):
    """The end of each partition of a topic."""
    from confluent_kafka import Consumer, TopicPartition
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": "ends", "isolation.level": "read_uncommitted"})
    try:
        partitions = consumer.list_topics(topic, 30).topics[topic].partitions
        return {number: consumer.get_watermark_offsets(TopicPartition(topic, number), 30)[1] for number in partitions}
    finally:
        consumer.close()
