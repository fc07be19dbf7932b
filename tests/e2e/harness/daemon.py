"""The daemon as an operator has it: a configuration file, a process, an API."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from .site import free_port

REPOSITORY = Path(__file__).resolve().parents[3]
# The program takes settings from DATELINE_* variables and refuses those it doesn't know; ours are not meant for it.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}
BINARY = Path(os.environ.get("DATELINE_BIN", REPOSITORY / "target" / "debug" / "dateline"))


def toml(value):
    """A value as TOML; JSON's spelling serves for all but tables."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(value)


class Daemon:
    """One daemon below `root`. It can be killed and started again; its log goes on in the same file."""

    def __init__(self, root, feeds, settings, network=None):
        """`feeds` are URLs; `settings` maps a section ("" for the top) to its settings; `network` is one of its own, if it has one."""
        self.network = network
        self.host = network.inside if network else "127.0.0.1"
        self.root = Path(root)
        self.root.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.process = None
        self.config = self.root / "dateline.toml"
        sections = {"": {"data_dir": "data", "feeds": "feeds.toml",
                         "subject": str(REPOSITORY / "config" / "subjects" / "russia-dprk")},
                    "stories": {"enabled": False},
                    "http": {"listen": f"{self.host}:{self.port}"}}
        for name, entries in settings.items():
            sections.setdefault(name, {}).update(entries)
        lines = []
        for name, entries in sections.items():
            lines += [f"[{name}]"] if name else []
            lines += [f"{key} = {toml(value)}" for key, value in entries.items()]
        self.config.write_text("\n".join(lines) + "\n")
        (self.root / "feeds.toml").write_text("".join(f'[[feed]]\nurl = "{url}"\n' for url in feeds))

    @property
    def log(self):
        return (self.root / "log").read_text(errors="replace")

    def start(self, *options, **environment):
        with open(self.root / "log", "ab") as log:
            way = self.network.command if self.network else []
            self.process = subprocess.Popen([*way, BINARY, "run", "--config", self.config, *options], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, env={**ENVIRONMENT, **environment})
        return self

    def kill(self):
        """SIGKILL: nothing is flushed, nothing is closed."""
        self.process.kill()
        self.process.wait()

    def terminate(self, grace):
        """SIGTERM; the exit code, or a failure if it takes longer than `grace` seconds."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(grace)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.kill()

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.host}:{self.port}{path}", timeout=10) as answer:
            return answer.read().decode()

    def ready(self):
        try:
            self.get("/readyz")
            return True
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def events(self, after=0):
        """Every event after a sequence number, as the API's CloudEvents."""
        found = []
        while True:
            lines = self.get(f"/v1/events?after={after}&limit=1000").splitlines()
            if not lines:
                return found
            found += [json.loads(line) for line in lines]
            after = int(found[-1]["sequence"])

    def urls(self):
        """The addresses of all article events."""
        return [event["data"]["url"] for event in self.events() if event["type"] == "dateline.article.v1"]

    def articles(self):
        return len(self.urls())

    def status(self):
        return json.loads(self.get("/v1/status"))

    def fault(self, words):
        """The status, once one of its faults has these words; None before, and while it doesn't answer yet."""
        try:
            status = self.status()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None
        return status if any(words in fault["what"] for fault in status["faults"]) else None

    def delivered(self):
        """The sequence number up to which events are in Kafka, as the metrics tell."""
        for line in self.get("/metrics").splitlines():
            if line.startswith("dateline_relay_position "):
                return int(float(line.split()[-1]))
        return 0

    def run(self, *arguments, **options):
        """Another command of the same program with the same configuration where it takes one."""
        return subprocess.run([BINARY, *arguments], capture_output=True, text=True, env=ENVIRONMENT, **options)


def eventually(what, seconds, probe, every=0.2):
    """Polls `probe` until it gives something true, which is returned; fails after `seconds`, saying what was awaited."""
    deadline = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(every)
