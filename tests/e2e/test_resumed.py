"""The relay's position is lost from Kafka: the operator says where delivery goes on, and nothing comes twice."""

import unittest

from confluent_kafka.admin import AdminClient

from harness.case import BROKER
from harness.daemon import eventually
from harness.delivery import Delivery


class Resumed(Delivery):
    def test_delivery_goes_on_by_the_command_after_its_position_was_lost(self):
        site, crowd = self.serve(hosts=5)
        crowd.grow(40)
        daemon = self.daemon(site, crowd, BROKER, per_host_delay="50ms").start()
        eventually("the first entries are delivered", 60, lambda: self.delivered_all(daemon, 40))
        self.assertEqual(daemon.terminate(30), 0, daemon.log[-2000:])
        delivered = daemon.run("status", "--json", "--config", daemon.config)
        self.assertIn('"relay_position"', delivered.stdout)
        admin = AdminClient({"bootstrap.servers": BROKER})
        for deleted in admin.delete_topics([self.topics()["relay"]], operation_timeout=30).values():
            deleted.result(30)

        crowd.grow(20)
        daemon.start()
        eventually("the status names the command", 60, lambda: self.faults(daemon, "dateline relay --resume"))
        eventually("intake goes on", 60, lambda: daemon.articles() == 60)
        resume = ("relay", "--resume", "--config", daemon.config)
        refused = daemon.run(*resume)
        self.assertNotEqual(refused.returncode, 0, "while the daemon runs, the journal is its own")
        self.assertEqual(daemon.terminate(30), 69, daemon.log[-2000:])

        resumed = daemon.run(*resume)
        self.assertEqual(resumed.returncode, 0, resumed.stderr)
        self.assertIn("the next run delivers from event", resumed.stdout)
        daemon.start()
        eventually("the rest is delivered", 60, lambda: self.delivered_all(daemon, 60))
        self.assert_each_once(BROKER, crowd, daemon)
        self.assertEqual(daemon.terminate(30), 0, daemon.log[-2000:])

    def faults(self, daemon, words):
        try:
            status = daemon.status()
        except OSError:
            return False
        return any(words in str(fault) for fault in status["faults"])


if __name__ == "__main__":
    unittest.main()
