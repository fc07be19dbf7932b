"""A broker of a test's own, which the test may stop and start; the script beside it does the work."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .daemon import REPOSITORY
from .site import free_port

SCRIPT = REPOSITORY / "tests" / "broker" / "broker"


class Broker:
    """Started again on the same folder it has the same address and data."""

    def __init__(self, folder, properties="", cluster=""):
        """`properties` are further lines of its configuration; `cluster` is the id of one of several, which are to be started together."""
        self.folder = Path(folder)
        self.environment = {**os.environ, "BROKER_PROPERTIES": properties, "BROKER_CLUSTER": cluster}
        self.address = None
        self.running = False

    def start(self):
        self.address = subprocess.run([SCRIPT, "start", self.folder], check=True, stdout=subprocess.PIPE, text=True,
                                      timeout=300, env=self.environment).stdout.strip()
        self.running = True
        return self

    def stop(self):
        if self.running:
            subprocess.run([SCRIPT, "stop", self.folder], check=True, timeout=120)
            self.running = False

    @property
    def pid(self):
        return int((self.folder / "pid").read_text())

    def kill(self):
        """SIGKILL: what it had not written it never writes."""
        subprocess.run([SCRIPT, "kill", self.folder], check=True, timeout=120)
        self.running = False


class Cluster:
    """Brokers that are one: each holds a copy of every partition, and one of three may be gone."""

    def __init__(self, folder, count=3, properties="", wires=None):
        """`wires` maps names to the `Wires` of whoever is to find the brokers at their ends."""
        wires = wires or {}
        ports = [{name: free_port() for name in ("PLAINTEXT", "CONTROLLER", *wires)} for _ in range(count)]
        for name, ends in wires.items():
            ends.lead_to([f"127.0.0.1:{own[name]}" for own in ports])
        voters = ",".join(f"{number}@127.0.0.1:{own['CONTROLLER']}" for number, own in enumerate(ports, 1))
        self.addresses = [f"127.0.0.1:{own['PLAINTEXT']}" for own in ports]
        cluster = subprocess.run([SCRIPT, "id"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        in_sync = min(2, count)
        self.brokers = []
        for number, own in enumerate(ports, 1):
            advertised = {"PLAINTEXT": self.addresses[number - 1], **{name: ends.addresses[number - 1] for name, ends in wires.items()}}
            self.brokers.append(Broker(Path(folder) / str(number), "\n".join((
                f"node.id={number}",
                f"controller.quorum.voters={voters}",
                "listeners=" + ",".join(f"{name}://127.0.0.1:{port}" for name, port in own.items()),
                "advertised.listeners=" + ",".join(f"{name}://{address}" for name, address in advertised.items()),
                "listener.security.protocol.map=" + ",".join(f"{name}:PLAINTEXT" for name in own),
                f"default.replication.factor={count}",
                f"min.insync.replicas={in_sync}",
                f"offsets.topic.replication.factor={count}",
                f"transaction.state.log.replication.factor={count}",
                f"transaction.state.log.min.isr={in_sync}",
                properties,
            )), cluster))

    def start(self):
        """One alone waits for another."""
        with ThreadPoolExecutor(len(self.brokers)) as pool:
            list(pool.map(Broker.start, self.brokers))
        return self

    def stop(self):
        """A majority is needed to end in order, which the last have not."""
        for broker in self.brokers:
            if broker.running:
                broker.kill()
