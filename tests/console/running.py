"""A daemon with a console, on a configuration of its own, and the site that it reads."""

import subprocess
import tempfile
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket

from browser import BINARY, ENVIRONMENT, REPOSITORY, Browsing


class Answering(BaseHTTPRequestHandler):
    def answer(self, kind, text):
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def free_port():
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RunningConsole(Browsing):
    """Each test has a daemon of its own, which ends with it."""

    process = None
    # What else the daemon is told.
    arguments = ()

    def serve(self, handler):
        """Serves a site, and gives its address."""
        site = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        self.addCleanup(site.server_close)
        self.addCleanup(site.shutdown)
        return f"http://127.0.0.1:{site.server_port}"

    def configure(self, feeds, more=""):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder, port = Path(folder.name), free_port()
        self.base = f"http://127.0.0.1:{port}"
        self.config = self.folder / "dateline.toml"
        tables = REPOSITORY / "config"
        self.config.write_text(f'data_dir = "data"\nfeeds = "feeds.toml"\nsubject = "{tables}/subjects/russia-dprk"\nstory_tables = "{tables}/stories"\n[http]\nlisten = "127.0.0.1:{port}"\n'
                               f'[poll]\nstart_spread = "0s"\n'
                               f'[fetch]\nallow_private_addresses = true\nper_host_delay = "50ms"\n[logs]\nlevel = "info"\n{more}')
        (self.folder / "feeds.toml").write_text(feeds)
        self.addCleanup(self.stop)

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([BINARY, "run", "--config", self.config, *self.arguments], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, env=ENVIRONMENT)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(self.base + "/livez", timeout=10):
                    return
            except OSError:
                time.sleep(0.1)
        self.fail((self.folder / "log").read_text())

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(60)
