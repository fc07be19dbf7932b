"""Whatever happens to the daemon or its broker, every event of the journal is on its topic once: articles, their revisions and
withdrawals, and the stories that change with them.

    KILLS=1000 python -m unittest discover --start-directory tests/e2e --pattern test_killed.py -k named_and_random

kills a thousand times; `DATELINE_BIN` names the program, such as a release build. Nothing in the program helps: the kills fall
where the wire to the broker shows a named moment, or at random.
"""

import contextlib
import json
import os
import random
import sqlite3
import time
import unittest
from collections import Counter

from harness.broker import Broker
from harness.case import BROKER
from harness.crowd import SINGULAR
from harness.daemon import REPOSITORY, eventually
from harness.delivery import Delivery
from harness.wire import POINTS, Trap, Wire

KILLS = int(os.environ.get("KILLS", "50"))
# How many entries are added before each kill, so that none falls into idle time.
ENTRIES = 8
# Every so many kills hit the broker; it takes longer to start.
BROKER_TURN = 5


class Killed(Delivery):
    """A daemon with stories on and topics that are compacted, whose every word with its broker passes a wire."""

    def begin(self):
        self.seed = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
        self.chance = random.Random(self.seed)
        self.wire = Wire()
        self.addCleanup(self.wire.close)
        self.broker = Broker(self.folder / "broker", f"advertised.listeners=PLAINTEXT://{self.wire.address}")
        self.wire.broker = self.broker.start().address
        self.addCleanup(self.broker.stop)
        self.site, self.crowd = self.serve(hosts=20, reports=3)
        self.program = self.daemon(self.site, self.crowd, self.wire.address, per_host_delay="20ms", more={
            # Small transactions, so that there are many of them.
            "kafka": {"cleanup": "compact", "transaction_timeout": "20s", "max_batch": 20},
            "": {"story_tables": str(REPOSITORY / "config" / "stories"), "agencies": str(REPOSITORY / "config" / "agencies.tsv")},
            "stories": {"enabled": True},
            # Pages are visited again within seconds, so that corrections and withdrawals come in the middle of it all.
            "revisit": {"after": ["2s", "5s", "10s", "20s", "40s", "80s", "160s", "320s"]},
        })
        self.taken_down = set()
        # The numbers of the entries that tell something singular, and those that tell what the one before them does by now.
        self.singular, self.retold = [], set()

    def go_on(self):
        """Something new to tell: entries, a correction, a page that is taken down, and a page that tells what another does, so that two
        stories become one."""
        self.crowd.grow(ENTRIES)
        if len(self.singular) < len(SINGULAR):
            self.singular.append(self.crowd.tell(len(self.singular)))
        published = set(self.journal("SELECT json_extract(data, '$.url') FROM events WHERE kind = 'article'"))
        # Those of late: the others will soon be visited for the last time.
        young = [number for number in range(max(0, self.crowd.count - 10 * ENTRIES), self.crowd.count)
                 if self.crowd.url(number) in published and number not in {*self.taken_down, *self.singular}]
        if young:
            corrected, taken_down = self.chance.choice(young), self.chance.choice(young)
            self.crowd.correct(corrected, cars=100 + self.chance.randrange(900))
            self.crowd.take_down(taken_down)
            self.taken_down.add(taken_down)
        for first in range(0, len(self.singular) - 1, 2):
            pair = self.singular[first:first + 2]
            if first not in self.retold and all(self.crowd.url(number) in published for number in pair):
                self.crowd.retell(pair[1], first)
                self.retold.add(first)

    def journal(self, statement):
        """The first column of what the file of the journal answers, or of what a change of it gives."""
        file = self.program.root / "data" / "journal.db"
        if not file.exists():
            return []
        with contextlib.closing(sqlite3.connect(file, timeout=30)) as journal, journal:
            return [row[0] for row in journal.execute(statement)]

    def kill_daemon(self, point):
        if point is None:
            self.run_for_a_while()
            self.program.kill()
            return
        trap = self.wire.trap = Trap(point, self.count_for(point), self.program.kill)
        self.program.start()
        self.await_trap(trap, point)

    def kill_broker(self, point):
        if point is None:
            self.run_for_a_while()
            self.broker.kill()
        else:
            self.program.start()
            trap = self.wire.trap = Trap(point, self.count_for(point), self.broker.kill)
            self.await_trap(trap, point)
        self.go_on()
        self.broker.start()
        time.sleep(self.chance.uniform(0.5, 3.0))
        self.program.kill()

    def run_for_a_while(self):
        """Until some moment of its start, or, more often, some moment while it delivers."""
        started = self.wire.trap = Trap("right after it heard of the commit")
        self.program.start()
        if self.chance.random() < 0.75:
            started.sprung.wait(60)
        time.sleep(self.chance.uniform(0, 1.5))
        self.wire.trap = None

    def count_for(self, point):
        """Which of its requests: taking over and reading the position come once a start."""
        return 1 if POINTS[point][0] in ("InitProducerId", "Fetch") else self.chance.randint(1, 6)

    def await_trap(self, trap, point):
        deadline = time.monotonic() + 180
        while not trap.sprung.wait(2):
            self.assertLess(time.monotonic(), deadline, f"never came to: {point}\n{self.program.log[-2000:]}")
            # Idle time has no transactions.
            self.crowd.grow(1)
        self.wire.trap = None

    def kill_often(self, kills):
        """Half of the kills come at each named moment in turn, half at random. Gives how many came where."""
        points, made = list(POINTS), Counter()
        for kill in range(kills):
            self.go_on()
            hits_broker = kill % BROKER_TURN == BROKER_TURN - 1
            turn = kill // BROKER_TURN if hits_broker else kill - kill // BROKER_TURN
            point = points[turn // 2 % len(points)] if turn % 2 == 0 else None
            (self.kill_broker if hits_broker else self.kill_daemon)(point)
            made["broker" if hits_broker else "daemon", point or "at random"] += 1
            if kill % 50 == 49:
                print(f"{kill + 1} kills, {self.crowd.count} entries", flush=True)
        return made

    def compare_at_rest(self):
        """Runs the daemon until all is told and delivered; the journal's events, what subscribers have beside them, and each
        story as the API tells it."""
        self.program.start()
        # Pages are visited again even now: only where nothing new was told while the topics were read are the two of one time.
        for _ in range(10):
            events = eventually("all is told and delivered", 420, self.rests, every=1)
            compared = self.compare(self.wire.address, events)
            stories = {story: json.loads(self.program.get(f"/v1/stories/{story}")) for story in compared.latest_stories()}
            if len(self.program.events()) == len(events):
                return events, compared, stories
        self.fail("the daemon never came to rest: each reading of the topics met new events")

    def rests(self):
        """The journal's events once all is told and delivered."""
        if not self.program.ready():
            return None
        status, events = self.program.status(), self.program.events()
        ended = {event["data"]["url"] for event in events if event["type"] in ("dateline.article.v1", "dateline.reject.v1")}
        told = {event["data"]["url"] for event in events if event["type"] == "dateline.article.v1"}
        withdrawn = {event["data"]["url"] for event in events if event["type"] == "dateline.withdrawal.v1"}
        due = {self.crowd.url(number) for number in self.taken_down} & told - withdrawn
        done = set(self.crowd.urls()) <= ended and not due and status["backlog"] == 0
        return events if done and self.program.delivered() == len(events) else None


class NothingLostNothingTwice(Killed):
    def test_named_and_random_moments(self):
        self.begin()
        made = self.kill_often(KILLS)
        events, compared, stories = self.compare_at_rest()
        kinds = Counter(event["type"] for event in events)
        revisions = sum(event["data"].get("revision", 1) > 1 for event in events if event["type"] == "dateline.article.v1")
        changes = Counter(change["kind"] for event in events if event["type"] == "dateline.story.v1" for change in event["data"]["changes"])
        moments = "\n".join(f"  {count:4} {who}: {moment}" for (who, moment), count in sorted(made.items()))
        print(f"\nseed {self.seed}: {KILLS} kills, {len(events)} events {dict(kinds)}, {revisions} revisions, "
              f"changes of stories {dict(changes)}, {len(compared.tombstones)} tombstones\n{moments}", flush=True)
        self.assertEqual(compared.faults(), {})
        self.assertEqual(compared.tombstone_faults(), [])
        self.assertEqual(stories, compared.latest_stories())
        for kind in ("dateline.article.v1", "dateline.withdrawal.v1", "dateline.story.v1"):
            self.assertGreater(kinds[kind], KILLS // 10, "too little of a kind happened")
        self.assertGreater(min(revisions, changes["joined"]), KILLS // 10)
        self.assertGreater(min(changes["begun"], changes["merged"]), 0)
        self.assertEqual(self.program.terminate(30), 0, self.program.log[-2000:])

    def test_a_relay_whose_position_is_taken_out_is_found_out(self):
        """That the harness finds what it is there to find."""
        self.begin()
        self.kill_often(3)
        _, compared, _ = self.compare_at_rest()
        self.assertEqual(compared.faults(), {})
        self.program.kill()
        self.forget_position()
        _, compared, _ = self.compare_at_rest()
        self.assertEqual(set(compared.faults()), {"twice", "out of order"})

    def forget_position(self):
        """Both witnesses are gone: the topic, and the journal's copy."""
        from confluent_kafka.admin import AdminClient
        admin = AdminClient({"bootstrap.servers": self.wire.address})
        for deleted in admin.delete_topics([self.topics()["relay"]], operation_timeout=30).values():
            deleted.result(30)
        self.journal("UPDATE journal SET relay_position = 0")

    def test_the_broker_is_away_for_a_minute(self):
        broker = Broker(self.folder / "broker").start()
        self.addCleanup(broker.stop)
        site, crowd = self.serve(hosts=10)
        crowd.grow(50)
        daemon = self.daemon(site, crowd, broker.address, per_host_delay="50ms").start()
        eventually("the first entries are delivered", 60, lambda: self.delivered_all(daemon, 50))
        broker.stop()
        for _ in range(12):
            crowd.grow(20)
            time.sleep(5)
        eventually("entries are ingested while the broker is away", 30,
                   lambda: sum(event["type"] == "dateline.article.v1" for event in daemon.events()) >= 200)
        self.assertTrue(daemon.ready())
        self.assertLess(daemon.delivered(), 200)
        broker.start()
        eventually("delivery catches up", 120, lambda: self.delivered_all(daemon, crowd.count), every=1)
        self.assert_each_once(broker.address, crowd, daemon)

    def test_sigterm_in_the_middle_drains_and_loses_nothing(self):
        site, crowd = self.serve(hosts=10)
        crowd.grow(200)
        daemon = self.daemon(site, crowd, BROKER, per_host_delay="50ms").start()
        eventually("ingestion is under way", 30, lambda: daemon.ready() and len(daemon.events()) > 20)
        self.assertEqual(daemon.terminate(30), 0, daemon.log[-2000:])
        daemon.start()
        eventually("the rest is delivered", 60, lambda: self.delivered_all(daemon, 200))
        self.assert_each_once(BROKER, crowd, daemon)


if __name__ == "__main__":
    unittest.main()
