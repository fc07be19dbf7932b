"""Whether the ACLs in docs/subscribing.md are enough, and needed: a broker that allows nothing else, the program that delivers a recorded
day to it under one name, and a subscriber under another, who gets what the schemas say."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SCRIPT = REPOSITORY / "tests" / "broker" / "broker"
BINARY = Path(os.environ.get("DATELINE_BIN", REPOSITORY / "target" / "debug" / "dateline"))
DAY = REPOSITORY / "tests" / "fixtures" / "day"
AUTHORIZER = "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\nsuper.users=User:ANONYMOUS\n"
# The same as the table in docs/subscribing.md: who, on what, how named, what they may.
RULES = [
    ("plain", "TOPIC", "dateline.", "PREFIXED", ["DESCRIBE", "READ", "WRITE", "CREATE", "DESCRIBE_CONFIGS"]),
    ("plain", "TRANSACTIONAL_ID", "dateline-", "PREFIXED", ["DESCRIBE", "WRITE"]),
    ("scram", "TOPIC", "dateline.articles.v1", "LITERAL", ["DESCRIBE", "READ"]),
    ("scram", "GROUP", "readers", "LITERAL", ["DESCRIBE", "READ"]),
]


class Access(unittest.TestCase):
    def setUp(self):
        lacks = [] if BINARY.exists() else [f"{BINARY} is not built"]
        lacks += [f"{program} is not installed" for program in ("java", "openssl") if not shutil.which(program)]
        if lacks and os.environ.get("CI"):
            self.fail("cannot run: " + "; ".join(lacks))
        if lacks:
            self.skipTest("; ".join(lacks))
        self.folder = Path(tempfile.mkdtemp(prefix="dateline-access-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        started = subprocess.run([SCRIPT, "start", self.folder / "broker"], check=True, stdout=subprocess.PIPE, text=True,
                                 env={**os.environ, "BROKER_PROPERTIES": AUTHORIZER}, timeout=300)
        self.addCleanup(subprocess.run, [SCRIPT, "stop", self.folder / "broker"], check=True, timeout=120)
        self.open = started.stdout.strip()
        self.secure = (self.folder / "broker" / "secure").read_text().strip()
        self.authority = str(self.folder / "broker" / "ca.pem")

    def allow(self, rules):
        from confluent_kafka.admin import (AclBinding, AclOperation, AclPermissionType, AdminClient, ResourcePatternType,
                                           ResourceType)
        bindings = [AclBinding(getattr(ResourceType, what), name, getattr(ResourcePatternType, pattern), f"User:{user}", "*",
                               getattr(AclOperation, operation), AclPermissionType.ALLOW)
                    for user, what, name, pattern, operations in rules for operation in operations]
        admin = AdminClient({"bootstrap.servers": self.open})
        for made in admin.create_acls(bindings).values():
            made.result(30)

    def deliver(self, data, seconds):
        """Whether a recorded day is in Kafka within the time, delivered by the user `plain`."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
        environment.update({f"DATELINE_KAFKA__{name}": value for name, value in {
            "BROKERS": self.secure, "SECURITY_PROTOCOL": "sasl_ssl", "SSL_CA_FILE": self.authority, "SASL_MECHANISM": "PLAIN",
            "SASL_USERNAME": "plain", "SASL_PASSWORD": "pass-plain"}.items()})
        try:
            done = subprocess.run([BINARY, "replay", "--config", DAY / "dateline.toml", "--data-dir", self.folder / data, "--kafka",
                                   DAY / "day.warc.gz"], env=environment, capture_output=True, text=True, timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        return True

    def client(self, **more):
        return {"bootstrap.servers": self.secure, "security.protocol": "SASL_SSL", "ssl.ca.location": self.authority,
                "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "scram", "sasl.password": "pass-scram", **more}

    def read(self, topic, group, seconds):
        """The values of a topic, as the user `scram` gets them, or the error."""
        from confluent_kafka import Consumer
        consumer = Consumer(self.client(**{"group.id": group, "isolation.level": "read_committed",
                                           "auto.offset.reset": "earliest", "enable.partition.eof": True}))
        consumer.subscribe([topic])
        events, ends = [], set()
        try:
            for _ in range(seconds * 2):
                record = consumer.poll(0.5)
                if record is None:
                    continue
                if record.error() and record.error().name() == "_PARTITION_EOF":
                    ends.add(record.partition())
                    if len(ends) == 4:
                        return events
                elif record.error():
                    return record.error().name()
                else:
                    events.append(({name: value.decode() for name, value in record.headers()}, json.loads(record.value())))
        finally:
            consumer.close()
        raise AssertionError(f"{topic} was not read to its end within {seconds} s: {len(events)} events, {ends}")

    def test_the_rules_in_the_documentation_are_enough_and_what_arrives_is_as_the_schemas_say(self):
        from confluent_kafka import Producer
        from jsonschema import Draft202012Validator
        self.allow(RULES)
        self.assertTrue(self.deliver("allowed", 240), "the day was not delivered")
        events = self.read("dateline.articles.v1", "readers", 60)
        self.assertGreater(len(events), 10)
        for folder in ("schemas", "schemas/released"):
            for headers, event in events:
                schema = json.loads((REPOSITORY / folder / f"{headers['ce_type']}.json").read_text())
                self.assertEqual(headers["ce_dataschema"], schema["$id"])
                errors = [error.message for error in Draft202012Validator(schema).iter_errors(event)]
                self.assertEqual(errors, [], folder)
        # And no more than that: another topic, another group, writing.
        self.assertEqual(self.read("dateline.rejects.v1", "readers", 30), "TOPIC_AUTHORIZATION_FAILED")
        self.assertEqual(self.read("dateline.articles.v1", "others", 30), "GROUP_AUTHORIZATION_FAILED")
        refused = []
        producer = Producer(self.client())
        producer.produce("dateline.articles.v1", b"{}", on_delivery=lambda error, _: refused.append(error.name()))
        producer.flush(30)
        self.assertEqual(refused, ["TOPIC_AUTHORIZATION_FAILED"])


if __name__ == "__main__":
    unittest.main()
