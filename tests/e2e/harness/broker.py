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

    def kill(self):
        """SIGKILL: what it had not written it never writes."""
        subprocess.run([SCRIPT, "kill", self.folder], check=True, timeout=120)
        self.running = False


class Cluster:
    """Brokers that are one: each holds a copy of every partition, and one of three may be gone."""

    def __init__(self, folder, count=3, properties=""):
        ports = [(free_port(), free_port()) for _ in range(count)]
        voters = ",".join(f"{number}@127.0.0.1:{controller}" for number, (_, controller) in enumerate(ports, 1))
        self.addresses = [f"127.0.0.1:{port}" for port, _ in ports]
        cluster = subprocess.run([SCRIPT, "id"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        self.brokers = [Broker(Path(folder) / str(number), "\n".join((
            f"node.id={number}",
            f"controller.quorum.voters={voters}",
            f"listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            f"default.replication.factor={count}",
            "min.insync.replicas=2",
            f"offsets.topic.replication.factor={count}",
            f"transaction.state.log.replication.factor={count}",
            "transaction.state.log.min.isr=2",
            properties,
        )), cluster) for number, (port, controller) in enumerate(ports, 1)]

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
