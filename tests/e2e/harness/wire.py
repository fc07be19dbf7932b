"""Kafka's protocol between the daemon and its broker, passed on frame by frame, with a trap that springs at a named moment.

So a kill can be set to the very request around which a promise is kept, and nothing in the program has to know of it. The layout of
requests and answers is that of https://kafka.apache.org/protocol (request header v0 and up: api key, version, correlation id)."""

import socket
import struct
import threading

API = {"Produce": 0, "Fetch": 1, "JoinGroup": 11, "InitProducerId": 22, "AddPartitionsToTxn": 24, "EndTxn": 26, "TxnOffsetCommit": 28}

# A request, and when: "asked" before the broker has it; "answered" when the broker has done it and nobody knows; "told" once the
# answer was passed on.
POINTS = {
    "before it takes over its id": ("InitProducerId", "asked"),
    "when its id is taken over, before it knows": ("InitProducerId", "answered"),
    "while it reads its position": ("Fetch", "answered"),
    "before a transaction begins at the broker": ("AddPartitionsToTxn", "asked"),
    "when a transaction has begun, before it knows": ("AddPartitionsToTxn", "answered"),
    "before records are written": ("Produce", "asked"),
    "when records are written, before it knows": ("Produce", "answered"),
    "before the commit": ("EndTxn", "asked"),
    "when the commit is decided, before it knows": ("EndTxn", "answered"),
    "right after it heard of the commit": ("EndTxn", "told"),
}

# The same of whoever is a member of a group and has its transactions fenced by that.
MEMBER_POINTS = {
    "before it joins the group": ("JoinGroup", "asked"),
    "when it has joined the group, before it knows": ("JoinGroup", "answered"),
    "before its places are sent": ("TxnOffsetCommit", "asked"),
    "when its places are taken, before it knows": ("TxnOffsetCommit", "answered"),
}


class Trap:
    """Springs once, when the `count`-th request of its kind comes to its moment: `act` is called, and what was under way there is dropped.
    Without an act it only tells that it was there. Requests count from the first on whose name is `after`."""

    def __init__(self, point, count=1, act=None, after=None):
        self.request, self.moment = {**POINTS, **MEMBER_POINTS}[point]
        self.left = count
        self.act = act
        self.after = after
        self.sprung = threading.Event()
        self.lock = threading.Lock()

    def meets(self, key, moment):
        if self.after and key == API[self.after]:
            self.after = None
        if self.after or (key, moment) != (API[self.request], self.moment):
            return False
        with self.lock:
            self.left -= 1
            if self.left:
                return False
        if self.act:
            self.act()
        self.sprung.set()
        return self.act is not None


class Wire:
    """Listens where the broker says it is to be found, and passes on to where it is."""

    def __init__(self, host="127.0.0.1"):
        self.listener = socket.create_server((host, 0), backlog=64)
        self.address = "%s:%d" % self.listener.getsockname()
        self.broker = None
        self.trap = None
        self.whole = threading.Event()
        self.whole.set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.listener.close()

    def cut(self):
        """Passes nothing on from now on, and tells nobody so: what is sent meanwhile arrives when it is mended."""
        self.whole.clear()

    def mend(self):
        self.whole.set()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                host, port = self.broker.split(":")
                broker = socket.create_connection((host, int(port)), timeout=5)
                broker.settimeout(None)
            except OSError:
                client.close()
                continue
            asked = {}
            for source, target, is_request in ((client, broker, True), (broker, client, False)):
                threading.Thread(target=self._pass_on, args=(source, target, asked, is_request), daemon=True).start()

    def _pass_on(self, source, target, asked, is_request):
        try:
            while True:
                frame = read_frame(source)
                if is_request:
                    key, _, correlation = struct.unpack(">hhi", frame[:8])
                    asked[correlation] = key
                    before, after = "asked", None
                else:
                    key = asked.pop(struct.unpack(">i", frame[:4])[0], None)
                    before, after = "answered", "told"
                if self._springs(key, before):
                    return
                self.whole.wait()
                target.sendall(struct.pack(">i", len(frame)) + frame)
                if after and self._springs(key, after):
                    return
        except OSError:
            pass
        finally:
            for end in (source, target):
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                end.close()

    def _springs(self, key, moment):
        trap = self.trap
        return trap is not None and not trap.sprung.is_set() and trap.meets(key, moment)


class Wires:
    """One to each of several brokers, which are cut and mended together."""

    def __init__(self, count, host="127.0.0.1"):
        self.wires = [Wire(host) for _ in range(count)]

    @property
    def addresses(self):
        return [wire.address for wire in self.wires]

    def lead_to(self, brokers):
        for wire, broker in zip(self.wires, brokers):
            wire.broker = broker

    def close(self):
        for wire in self.wires:
            wire.close()

    def cut(self):
        for wire in self.wires:
            wire.cut()

    def mend(self):
        for wire in self.wires:
            wire.mend()


def read_frame(source):
    (length,) = struct.unpack(">i", read_exactly(source, 4))
    return read_exactly(source, length)


def read_exactly(source, count):
    taken = bytearray()
    while len(taken) < count:
        piece = source.recv(min(count - len(taken), 1 << 20))
        if not piece:
            raise ConnectionError("the other end closed")
        taken += piece
    return bytes(taken)
