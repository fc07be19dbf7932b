"""A network of a daemon's own, which can be parted from ours: a namespace of Linux and a pair of ends between it and here. Takes root."""

import itertools
import os
import subprocess

NUMBERS = itertools.count(1)


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


class Network:
    """On our side it has one address where the web is and one where Kafka is, so that it can be parted from either."""

    def __init__(self):
        number = next(NUMBERS)
        # Of the block for tests of networks (RFC 2544), by process and number.
        block = f"198.18.{os.getpid() % 256}.{number * 8}"
        base, last = block.rsplit(".", 1)
        self.web, self.kafka, self.inside = (f"{base}.{int(last) + offset}" for offset in (1, 2, 3))
        self.name = f"dateline-{os.getpid()}-{number}"
        self.ours = f"dl{os.getpid() % 100000}x{number}"
        ip("netns", "add", self.name)
        try:
            ip("link", "add", self.ours, "type", "veth", "peer", "name", "eth0", "netns", self.name)
            for address in (self.web, self.kafka):
                ip("addr", "add", f"{address}/29", "dev", self.ours)
            ip("link", "set", self.ours, "up")
            ip("-n", self.name, "addr", "add", f"{self.inside}/29", "dev", "eth0")
            ip("-n", self.name, "link", "set", "lo", "up")
            ip("-n", self.name, "link", "set", "eth0", "up")
        except subprocess.CalledProcessError:
            self.close()
            raise

    def close(self):
        # Its ends go with it.
        ip("netns", "del", self.name)

    @property
    def command(self):
        """What a command begins with that runs there."""
        return ["ip", "netns", "exec", self.name]

    def part(self):
        """Lets nothing through any more, to Kafka, to the web and to us."""
        ip("link", "set", self.ours, "down")

    def part_from_kafka(self):
        """Lets nothing through to Kafka; the web is there."""
        ip("-n", self.name, "route", "add", "blackhole", f"{self.kafka}/32")

    def join(self):
        """Lets everything through again; what was sent meanwhile is sent once more."""
        subprocess.run(["ip", "-n", self.name, "route", "del", "blackhole", f"{self.kafka}/32"], capture_output=True, check=False)
        ip("link", "set", self.ours, "up")


def networks(count):
    """So many; or none, and it is said, where this machine lets nobody make them. Where no test may be left out, that is an error."""
    made = []
    try:
        for _ in range(count):
            made.append(Network())
    except (OSError, subprocess.CalledProcessError) as error:
        for network in made:
            network.close()
        lacking = "members have no networks of their own, and are not parted by them: that takes root, and `ip netns` of iproute2"
        if os.environ.get("CI"):
            raise RuntimeError(lacking) from error
        print(f"{lacking} ({error})", flush=True)
        return []
    return made
