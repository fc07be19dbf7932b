"""A webhook, whose signature the library of Standard Webhooks verifies."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from harness.case import EndToEnd
from harness.daemon import Daemon, eventually

SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


class AWebhook(EndToEnd):
    def test_what_is_posted_is_verified_and_killing_the_daemon_loses_nothing(self):
        site, gold = self.serve_pages()

        taken, refused, failures = [], [], iter([500, 503])

        class Receiver(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = next(failures, 204)
                try:
                    event = Webhook(SECRET).verify(body, dict(self.headers.items()))
                except WebhookVerificationError as error:
                    refused.append(error)
                    status = 400
                else:
                    if status == 204:
                        taken.append((self.headers["webhook-id"], event["url"]))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        receiver = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        self.addCleanup(receiver.shutdown)

        secret = self.folder / "secret"
        secret.write_text(SECRET + "\n")
        daemon = Daemon(self.folder / "daemon", ["https://feeds.example/all.rss"], {
            "fetch": {"extra_ca": [str(site.ca)], "per_host_delay": "50ms",
                      "connect_to": {**site.connect_to, "desk.example": f"127.0.0.1:{receiver.server_port}"}},
            "poll": {"start_spread": "1s"},
            "[webhook]": {"name": "desk", "url": "http://desk.example/hooks?key=hush", "secret": {"file": str(secret)},
                          "filter": "kind=article"},
            "[file]": {"name": "archive", "path": "events/events.ndjson", "from": "earliest"},
        }).start()
        self.addCleanup(daemon.stop)
        urls = {page["url"] for page in gold.values()}
        eventually("some are taken", 60, lambda: taken)
        daemon.kill()
        daemon.start()
        eventually("all are taken", 120, lambda: {url.split("?")[0] for _, url in taken} == urls)
        # An event may come twice, under the same id.
        self.assertEqual(len({identity for identity, _ in taken}), len(urls))
        self.assertEqual(refused, [])
        file = self.folder / "daemon" / "events" / "events.ndjson"
        last = daemon.status()["last_sequence"]
        eventually("the file has all", 60, lambda: len({line for line in file.read_text().splitlines()}) >= last)
        for text in [json.dumps(daemon.status()), daemon.get("/metrics"), daemon.log]:
            self.assertNotIn("hush", text)
            self.assertNotIn(SECRET[6:20], text)
        self.assertEqual(daemon.terminate(30), 0, daemon.log)


if __name__ == "__main__":
    unittest.main()
