"""Schemas at a registry that isn't ours, and values that a stock deserializer reads by them."""

import json
import unittest

from confluent_kafka import Consumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.json_schema import JSONDeserializer
from confluent_kafka.serialization import MessageField, SerializationContext

from harness.case import BROKER, EndToEnd
from harness.daemon import Daemon, eventually
from harness.registry import Registry


class SchemasAtARegistry(EndToEnd):
    def test_values_are_framed_once_the_registry_has_the_schemas_and_not_before(self):
        site, gold = self.serve_pages()
        registry = Registry(self.folder, "relay:open-sesame")
        self.addCleanup(registry.stop)
        secret = self.folder / "credentials"
        secret.write_text("relay:a-guess\n")
        daemon = Daemon(self.folder / "daemon", ["https://feeds.example/all.rss"], {
            "fetch": {"extra_ca": [str(site.ca)], "connect_to": site.connect_to, "per_host_delay": "50ms"},
            "poll": {"start_spread": "1s"},
            "kafka": {"brokers": BROKER, "topics": self.topics(), "schema_registry": registry.address, "schema_framing": True,
                      "schema_registry_credentials_file": str(secret)},
        })
        self.addCleanup(daemon.stop)

        def why():
            """Why the registry has not the schemas, as the status tells."""
            status = daemon.fault("the schema registry does not take the schemas of events")
            return json.dumps(status["faults"]) if status else ""

        # With the wrong password delivery waits alone, and the status says why.
        registry.start_guard()
        daemon.start()
        eventually("the password is refused", 60, lambda: "401" in why())
        eventually("intake goes on", 60, lambda: daemon.articles() == len(gold))
        self.assertEqual(daemon.delivered(), 0)
        self.assertEqual(daemon.terminate(30), 0, daemon.log)

        # The same without the registry.
        secret.write_text(f"{registry.credentials}\n")
        daemon.start()
        eventually("the registry is away", 60, lambda: "502" in why())
        told = json.dumps(daemon.status()) + daemon.log
        registry.start()
        eventually("all is delivered", 60, lambda: daemon.delivered() >= len(gold))
        self.assertEqual(daemon.terminate(30), 0, daemon.log)
        for password in ("a-guess", "open-sesame"):
            self.assertNotIn(password, told + daemon.log)

        topics = self.topics()
        self.assertEqual(registry.subjects(), {f"{name}-value" for word, name in topics.items() if word != "relay"})

        # The deserializer finds the schema by the id in the frame, and validates by it.
        client = SchemaRegistryClient({"url": registry.address, "basic.auth.user.info": registry.credentials})
        deserialize = JSONDeserializer(None, schema_registry_client=client)
        consumer = Consumer({"bootstrap.servers": BROKER, "group.id": topics["articles"], "auto.offset.reset": "earliest",
                             "isolation.level": "read_committed"})
        self.addCleanup(consumer.close)
        consumer.subscribe([topics["articles"]])
        titles = {}

        def read():
            message = consumer.poll(1)
            if message is not None and message.error() is None:
                self.assertEqual(message.value()[0], 0)
                event = deserialize(message.value(), SerializationContext(message.topic(), MessageField.VALUE))
                self.assertIn(("content-type", b"application/octet-stream"), message.headers())
                titles[event["url"].split("?")[0]] = event["title"]
            return len(titles) == len(gold)

        eventually("every article is read", 60, read, every=0)
        self.assertEqual(titles, {page["url"]: page["title"] for page in gold.values()})


if __name__ == "__main__":
    unittest.main()
