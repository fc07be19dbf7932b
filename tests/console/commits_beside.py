"""How long durable commits take while the console is looked at: python3 commits_beside.py http://127.0.0.1:8080 [ROUNDS] [--within PERCENT]

Asks a running daemon of this machine, one that may be played with: a label is given to its newest article again and again, each time
a transaction and a flush of the disk. By turns nobody looks, then three do: each has the live list open, which is followed, and goes through
the pages, one a second, each at a time of their own. They are there before commits are measured, as people are: three programs that start cost
a small machine more than what they ask for, and what their own programs compute gives way, since it is done on machines of their own. The
figures are of all rounds together; CPU time is the daemon's own, from /proc, told apart by whether it was spent on threads that give way.
That is a measure which other work on the machine does not change: what lookers ask for belongs on those. With `--within 10` it fails
where 99 of 100 commits take more than ten percent longer while somebody looks; on a machine that has other work, that says nothing.
"""

import argparse
import http.client
import itertools
import json
import multiprocessing
import os
import time
from pathlib import Path
from urllib.parse import urlsplit

LOOKERS, ROUND_SECONDS, PAUSE_SECONDS = 3, 4, 0.01
PAGES = ("/", "/articles", "/rejects", "/feeds", "/stories", "/live", "/judge", "/search?q=Russia")


def asked(connection, path, method="GET", body=None):
    connection.request(method, path, body, {"Content-Type": "application/json", "Accept": "text/html, application/json"})
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path} is answered {answer.status}: {text[:300]}")
    return text


class Looker:
    """Somebody who has the live list open and goes through the pages until told to stop: a process of their own, which takes no turn from
    whoever measures."""

    def __init__(self, address, first):
        self.stop, self.is_there = multiprocessing.Event(), multiprocessing.Event()
        self.process = multiprocessing.Process(target=self.look, args=(address, first))
        self.process.start()

    def look(self, address, first):
        # Nice alone would leave it the core for the rest of its slice.
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        stream = http.client.HTTPConnection(address, timeout=10)
        stream.request("GET", "/v1/events?follow=true&format=sse&after=latest")
        if stream.getresponse().status != 200:
            raise SystemExit("the live list is not followed")
        pages = http.client.HTTPConnection(address, timeout=30)
        asked(pages, PAGES[first])
        self.is_there.set()
        self.stop.wait(first / LOOKERS)
        for path in itertools.islice(itertools.cycle(PAGES), first, None):
            asked(pages, path)
            if self.stop.wait(1):
                return

    def end(self):
        self.stop.set()
        self.process.join()
        if self.process.exitcode:
            raise SystemExit("a looker failed")


def cpu_seconds(process):
    """What the threads of a process have computed so far, in seconds: those of its own priority, and those that give way."""
    seconds = [0.0, 0.0]
    for thread in Path(f"/proc/{process}/task").iterdir():
        fields = (thread / "stat").read_text().rsplit(")", 1)[1].split()
        seconds[int(fields[16]) > os.getpriority(os.PRIO_PROCESS, process)] += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def commits(connection, path):
    taken, end = [], time.monotonic() + ROUND_SECONDS
    for label in itertools.cycle(("relevant", "not")):
        if time.monotonic() > end:
            return taken
        begun = time.perf_counter()
        asked(connection, path, "PUT", json.dumps({"label": label}))
        taken.append((time.perf_counter() - begun) * 1e3)
        time.sleep(PAUSE_SECONDS)


def main():
    parser = argparse.ArgumentParser(description="How long durable commits take while the console is looked at.")
    parser.add_argument("daemon", help="its address, such as http://127.0.0.1:8080")
    parser.add_argument("rounds", nargs="?", type=int, default=15)
    parser.add_argument("--within", type=float, metavar="PERCENT", help="fail where 99 of 100 commits take longer by more")
    arguments = parser.parse_args()
    address, rounds = urlsplit(arguments.daemon).netloc, arguments.rounds
    connection = http.client.HTTPConnection(address, timeout=30)
    article = json.loads(asked(connection, "/v1/articles?limit=1"))["articles"][0]["article"]
    process = json.loads(asked(connection, "/v1/status"))["daemon"]["process"]
    path = f"/v1/labels/{article}"
    taken, cpu = {False: [], True: []}, {False: [0.0, 0.0], True: [0.0, 0.0]}
    try:
        for number in range(rounds):
            # What comes first changes, so that a drift of the machine meets both.
            for is_looked_at in (False, True) if number % 2 else (True, False):
                lookers = [Looker(address, first) for first in range(LOOKERS)] if is_looked_at else []
                for looker in lookers:
                    if not looker.is_there.wait(60):
                        raise SystemExit("a looker does not come")
                before = cpu_seconds(process)
                taken[is_looked_at] += commits(connection, path)
                after = cpu_seconds(process)
                cpu[is_looked_at] = [spent + now - then for spent, now, then in zip(cpu[is_looked_at], after, before)]
                for looker in lookers:
                    looker.end()
    finally:
        asked(connection, path, "DELETE")
    print("                     commits  p50 ms  p90 ms  p99 ms  longest  CPU s  CPU s, giving way")
    p99 = []
    for is_looked_at, name in ((False, "nobody looks"), (True, f"{LOOKERS} look")):
        times = sorted(taken[is_looked_at])
        of = lambda share: times[int((len(times) - 1) * share)]
        own, giving_way = cpu[is_looked_at]
        print(f"{name:20} {len(times):8}  {of(0.5):6.2f}  {of(0.9):6.2f}  {of(0.99):6.2f}  {of(1):7.1f}  {own:5.1f}  {giving_way:16.1f}")
        p99.append(of(0.99))
    longer = (p99[1] / p99[0] - 1) * 100
    print(f"99 of 100 commits take {longer:+.0f} % while {LOOKERS} look")
    if arguments.within is not None and longer > arguments.within:
        raise SystemExit(f"that is more than {arguments.within:g} %")


if __name__ == "__main__":
    main()
