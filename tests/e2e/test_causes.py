"""What is wrong with Kafka is told as what it is, while the daemon takes entries in; and a broker that cannot be used keeps
nothing from ending."""

import time
import unittest

from harness.broker import Broker
from harness.daemon import eventually
from harness.delivery import Delivery


class Causes(Delivery):
    def secure(self, broker, password):
        """What `[kafka]` needs for the broker's listener with TLS and SASL, with this password."""
        secret = self.folder / "password"
        secret.write_text(password)
        return {"kafka": {
            "brokers": (broker.folder / "secure").read_text().strip(),
            "security_protocol": "sasl_ssl", "ssl_ca_file": str(broker.folder / "ca.pem"),
            "sasl_mechanism": "SCRAM-SHA-512", "sasl_username": "scram", "sasl_password_file": str(secret),
        }}

    def test_a_broker_that_refuses_the_password_is_told_and_a_right_one_delivers_all(self):
        broker = Broker(self.folder / "broker").start()
        self.addCleanup(broker.stop)
        site, crowd = self.serve(hosts=3)
        crowd.grow(12)
        more = self.secure(broker, "not-it-4711")
        daemon = self.daemon(site, crowd, broker.address, per_host_delay="20ms", more=more).start()
        status = eventually("the cause stands in the status", 60, lambda: daemon.fault("refuses the user name or the password"))
        fault = next(fault for fault in status["faults"] if fault["kind"] == "delivery_fails")
        self.assertIn("sasl_password_file", fault["remedy"])
        self.assertIn("uthentication", fault["detail"])
        eventually("entries are taken in", 60, lambda: daemon.articles() == 12)
        self.assertIn("refuses the user name or the password", daemon.get("/readyz"))
        page = daemon.run("status", "--config", daemon.config).stdout
        self.assertTrue(page.startswith("degraded: nothing is delivered: Kafka refuses the user name or the password"), page)
        self.assertNotIn("not-it-4711", page + daemon.log)

        # SIGTERM: nothing is in flight, and the broker is not waited for.
        begun = time.monotonic()
        self.assertEqual(daemon.terminate(20), 0, daemon.log[-2000:])
        print(f"ended {time.monotonic() - begun:.2f} s after SIGTERM, with a broker that refuses the password", flush=True)

        (self.folder / "password").write_text("pass-scram")
        daemon.start()
        eventually("everything is delivered with the right password", 60, lambda: self.delivered_all(daemon, 12))
        self.assert_each_once(broker.address, crowd, daemon)
        self.assertEqual(daemon.status()["verdict"], "ok")

    def test_a_broker_that_does_not_answer_is_not_waited_for_at_the_end(self):
        broker = Broker(self.folder / "broker").start()
        self.addCleanup(broker.stop)
        site, crowd = self.serve(hosts=3)
        crowd.grow(12)
        daemon = self.daemon(site, crowd, broker.address, per_host_delay="20ms").start()
        eventually("the first entries are delivered", 60, lambda: self.delivered_all(daemon, 12))
        broker.stop()
        crowd.grow(6)
        eventually("entries are taken in without it", 60, lambda: daemon.articles() == 18)
        eventually("the cause stands in the status", 60, lambda: daemon.fault("no Kafka broker answers"))
        begun = time.monotonic()
        self.assertEqual(daemon.terminate(20), 0, daemon.log[-2000:])
        print(f"ended {time.monotonic() - begun:.2f} s after SIGTERM, without a broker", flush=True)
        broker.start()
        daemon.start()
        eventually("the rest is delivered", 60, lambda: self.delivered_all(daemon, 18))
        self.assert_each_once(broker.address, crowd, daemon)


if __name__ == "__main__":
    unittest.main()
