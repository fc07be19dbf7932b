"""The promise of delivery, checked record by record: each event of the journal is on its topic once, as it is, in order under its key."""

from collections import Counter, defaultdict


class DeliveryComparison:
    KINDS = {"dateline.article.v1": "articles", "dateline.withdrawal.v1": "withdrawals", "dateline.reject.v1": "rejects",
             "dateline.health.v1": "health", "dateline.story.v1": "stories"}

    def __init__(self, events, records):
        """`events` are the journal's, as the API gives them; `records` are those of each topic, by its kind."""
        self.events = {int(event["sequence"]): event for event in events}
        self.records = records
        self.values = [(kind, record) for kind, read in records.items() for record in read if record["value"] is not None]
        self.tombstones = [record for record in records["articles"] if record["value"] is None]

    def faults(self):
        """What breaks the promise, by kind of fault; empty if nothing does."""
        times = Counter(sequence(record) for _, record in self.values)
        found = {
            "lost": sorted(set(self.events) - set(times)),
            "twice": sorted(number for number, count in times.items() if count > 1),
            "unknown": sorted(set(times) - set(self.events)),
            "changed": sorted(sequence(record) for kind, record in self.values if not self._is_told(kind, record)),
            "out of order": self._out_of_order(),
        }
        return {fault: numbers for fault, numbers in found.items() if numbers}

    def _is_told(self, kind, record):
        event = self.events.get(sequence(record))
        return event is None or (event["id"], self.KINDS[event["type"]], event["data"]) == (
            record["headers"]["ce_id"], kind, record["value"])

    def _out_of_order(self):
        found, last = [], defaultdict(int)
        for kind, read in self.records.items():
            # One key is on one partition.
            for record in sorted(read, key=lambda record: (record["partition"], record["offset"])):
                if sequence(record) <= last[kind, record["key"]]:
                    found.append(sequence(record))
                last[kind, record["key"]] = sequence(record)
        return sorted(found)

    def tombstone_faults(self):
        """Withdrawals without their tombstone, and tombstones without a withdrawal, of a topic of articles that is compacted."""
        due = {(number, event["data"]["article"]) for number, event in self.events.items()
               if event["type"] == "dateline.withdrawal.v1"}
        put = Counter((sequence(record), record["key"]) for record in self.tombstones)
        return sorted((Counter(due) - put) + (put - Counter(due)))

    def latest_stories(self):
        """The last record of each key on the topic of stories."""
        latest = {}
        for record in sorted(self.records["stories"], key=lambda record: (record["partition"], record["offset"])):
            latest[record["key"]] = record["value"]
        return latest


def sequence(record):
    return int(record["headers"]["ce_sequence"])
