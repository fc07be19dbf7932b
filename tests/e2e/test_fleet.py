"""A fleet of three daemons on a real broker: members that are killed, stopped beyond their session and woken, while feeds list new entries
whose pages lie on other hosts. Every page is read once and becomes one event; the web sees no host asked more often than its delay allows.

    FLEET_FAULTS=50 SEED=101 python -m unittest discover --start-directory tests/e2e --pattern test_fleet.py -k random

has so many faults of all kinds, at random, with FLEET_ENTRIES_A_FAULT entries for each (20), on a broker of its own, or on FLEET_BROKERS of them, each of
which has a copy of every partition, and one of which at a time is stopped or killed. Each member has a wire of
its own to the broker, and where this machine lets us (root, `ip netns`) a network of its own as well; both can be cut. With CI set it is an error where it doesn't.
FLEET_KINDS has faults of
these kinds only ("kill part", by the names of their functions). FLEET_MUTATION=fence has members without their fence, =session members that don't
ask whether they are members still, of a program that is built with `--features faulty-members`: the test is to fail then.

    FLEET_FEEDS=10000 python -m unittest discover --start-directory tests/e2e --pattern test_fleet.py -k restored

measures a shard of so many feeds.

    FLEET_ENTRIES=1000 python -m unittest discover --start-directory tests/e2e --pattern test_fleet.py -k beside

measures what an entry takes of a member, and of a daemon by itself.
"""

import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest
import urllib.error
import urllib.request
from collections import Counter, defaultdict
from pathlib import Path

from harness import topic
from harness.broker import Broker, Cluster
from harness.case import BROKER, EndToEnd
from harness.daemon import BINARY, ENVIRONMENT, REPOSITORY, Daemon, eventually
from harness.network import networks
from harness.site import Site, free_port, rss
from harness.wire import Trap, Wire, Wires

FEEDS_IN_SHARD = int(os.environ.get("FLEET_FEEDS", "0"))
ENTRIES = int(os.environ.get("FLEET_ENTRIES", "0"))
FAULTS = int(os.environ.get("FLEET_FAULTS", "0"))
ENTRIES_A_FAULT = int(os.environ.get("FLEET_ENTRIES_A_FAULT", "20"))
BROKERS = int(os.environ.get("FLEET_BROKERS", "1"))
KINDS = os.environ.get("FLEET_KINDS", "").split()

# The registrable domains of feeds and pages; each lies in a shard of its own choice.
FEEDS = [f"feeds{number}.example" for number in range(6)]
PAGES = [f"pages{number}.example" for number in range(9)]
# The member that joins and leaves.
GUEST = "four"
# With the one that tells stories they are twelve, four for each of three members.
SHARDS = 11
ALL = list(range(SHARDS + 1))
DELAY = 0.5
# How far the web may note two requests nearer to each other than they came to it, in seconds: it notes when it had read each, by a clock of its own.
TOLERANCE = 0.01
SESSION = 6
# Within how many seconds of the loss of a member its shards are free for others: the group misses it when its session is over, and the others hear of it with
# their next heartbeat (SESSION / 4); a transaction that it left open ends after two thirds of the session, and a second until the brokers here look again.
FREE = max(SESSION + SESSION / 4, 2 / 3 * SESSION + 1)
# How long what follows takes a core of its own at most, a group that moves shards in two steps and reading their state from the topics.
WORK = 2
# Within how many seconds others are to hold them, unless this machine has so much else to do that the work alone takes longer.
TAKEOVER = 15
# How much longer it may take just after the broker was away: a member whose session that has ended waits for so long before it joins again.
REJOIN = 10


def takeover_bound():
    return max(TAKEOVER, FREE + WORK * os.getloadavg()[0] / os.cpu_count())


# For tests that are about something else: also two moves in a row on a machine with much else to do.
TAKEOVER_WHEN_BUSY = 90


WORDS = ("harbour ferry captain morning island market bridge council engine winter letter garden railway doctor museum "
         "factory village teacher mountain lantern orchard station painter valley carpenter river kitchen window soldier "
         "library paper glacier meadow tunnel harvest chapel rooftop sailor compass blanket saddle copper timber granite "
         "opened closed carried counted found painted repaired measured promised left").split()


def page(title, number):
    """A page like no other: a report of its own, but for every fifth, which repeats the one before it on another site."""
    chance = random.Random(number - 1 if number % 5 == 4 else number)
    sentences = [" ".join(chance.choices(WORDS, k=14)).capitalize() for _ in range(16)]
    return (f"<!doctype html><html lang=en><head><title>{title}</title></head><body><article><h1>{title}</h1>"
            + "".join(f"<p>{first}. {second}.</p>" for first, second in zip(sentences[::2], sentences[1::2]))
            + "</article></body></html>")


def feed_table(host):
    return f'[[feed]]\nurl = "https://{host}/feed.rss"\nsubject = "off"\n'


class Fleet(EndToEnd):
    """Daemons, a web of feeds and pages, and what is told of them."""

    brokers = BROKER
    # Those that members have of their own.
    networks = {}

    def setUp(self):
        super().setUp()
        self.site = Site(self.folder / "web", [network.web for network in self.networks.values()])
        for host in PAGES:
            self.site.add(f"https://{host}/robots.txt", "User-agent: *\nAllow: /\n")
        self.listed = defaultdict(list)
        self.links = set()
        for host in FEEDS:
            self.site.add(f"https://{host}/robots.txt", "User-agent: *\nAllow: /\n")
            self._write(host)
        self.site.start()
        self.addCleanup(self.site.stop)
        self.members = {}

    def _write(self, host):
        self.site.add(f"https://{host}/feed.rss", rss(host, self.listed[host][::-1]))

    def announce(self, count):
        """Adds pages on all hosts, each listed by one feed."""
        for _ in range(count):
            number = len(self.links)
            link = f"https://{PAGES[number % len(PAGES)]}/report/{number}"
            self.links.add(link)
            self.site.add(f"{link}/", page(f"Report {number} of the day", number))
            host = FEEDS[number % len(FEEDS)]
            self.listed[host].append((f"Report {number} of the day", f"{link}/", f"guid-{number}"))
        for host in FEEDS:
            self._write(host)

    def member(self, name, brokers=None, start=True, folder=None, **more):
        settings = {
            "": {"source": f"/{name}", "story_tables": str(REPOSITORY / "config" / "stories")},
            "stories": {"enabled": True},
            "kafka": {"brokers": brokers or self.brokers, "partitions": 1, "topics": self.topics()},
            "fleet": {"name": self.prefix, "member": name, "shards": SHARDS, "session_seconds": SESSION},
            "fetch": {"extra_ca": [str(self.site.ca)], "connect_to": self.site.connect_to, "per_host_delay": f"{DELAY}s",
                      "per_host_concurrency": 1},
            "poll": {"start_spread": "1s", "min_interval": "1s", "max_interval": "2s"},
        }
        for section, entries in more.items():
            settings[section].update(entries)
        network = self.networks.get(name)
        if network:
            settings["fetch"]["connect_to"] = self.site.connect_to_it_at(network.web)
        daemon = Daemon(self.folder / (folder or name), [], settings, network)
        # Members don't read it, a daemon by itself does.
        (daemon.root / "feeds.toml").write_text("".join(map(feed_table, FEEDS)))
        self.members[name] = daemon.start() if start else daemon
        self.addCleanup(daemon.stop)
        return daemon

    def apply(self, name, hosts):
        """Has the fleet poll the feeds of these hosts, as whoever has a member's configuration can."""
        files = []
        for number, host in enumerate(hosts):
            files.append(self.folder / f"feeds-{number}.toml")
            files[-1].write_text(feed_table(host))
        return self.command(name, "fleet", "apply", *files)

    def command(self, name, *arguments):
        member = self.members[name]
        done = member.run(*arguments, "--config", member.config)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def fleet(self, name):
        """The fleet as one of its members tells it."""
        return json.loads(self.members[name].get("/v1/fleet"))

    def follow(self, name, version):
        """Whether all members go by a version of the feeds, as one of them tells it."""
        return all(member.get("said", {}).get("feeds_version") == version for member in self.fleet(name)["members"])

    def shards(self, name):
        """The shards of a member, the one that tells stories as the last."""
        told = json.loads(self.members[name].get("/v1/member"))
        return told["shards"] + [SHARDS] * told["tells_stories"]

    def told(self):
        """Every event of the topics of articles and rejects."""
        return [record for name in ("articles", "rejects") for record in topic.read(self.brokers, f"{self.prefix}.{name}.v1")]

    def links_told(self):
        return Counter(record["value"]["entry"]["link"].rstrip("/") for record in self.told())

    def told_at_least(self, count):
        eventually(f"{count} are told", 90, lambda: len(self.links_told()) >= count, every=0.5)

    def shown(self, member):
        """The articles that a member lists."""
        return {article["article"] for article in json.loads(member.get("/v1/articles?limit=500"))["articles"]}

    def ready(self, name):
        """The shards of a member that answers."""
        try:
            return self.shards(name)
        except (OSError, TimeoutError):
            return []

    def all_held(self):
        return sorted(sum((self.ready(name) for name in self.members), [])) == ALL

    def evenly_held(self):
        return self.all_held() and all(len(self.ready(name)) == len(ALL) // len(self.members) for name in self.members)

    def stories(self):
        """What was told of each story, in order, and the articles that are published."""
        told = defaultdict(list)
        for record in topic.read(self.brokers, f"{self.prefix}.stories.v1"):
            told[record["key"]].append(record["value"])
        return told, {record["key"] for record in topic.read(self.brokers, f"{self.prefix}.articles.v1")}

    def assert_stories_told_once(self, patience):
        """Each article stands in one story, and what is told of a story is counted without a gap."""
        def placed():
            told, published = self.stories()
            last = [revisions[-1] for revisions in told.values()]
            stand = Counter(article["article"] for story in last if story["state"] != "merged" for article in story["articles"])
            return told, stand, published

        eventually("all articles stand in stories", patience, lambda: set(placed()[1]) == placed()[2], every=2)
        told, stand, published = placed()
        self.assertEqual(stand, Counter(published))
        for story, revisions in told.items():
            self.assertEqual([revision["revision"] for revision in revisions], list(range(1, len(revisions) + 1)), story)
        # A text that is repeated on another site, in another shard, is told with the first.
        self.assertTrue(any(len(revisions[-1]["articles"]) > 1 for revisions in told.values()))

    def assert_links_told_once(self):
        told = self.links_told()
        self.assertEqual({link: count for link, count in told.items() if count != 1}, {})
        self.assertEqual(set(told), self.links)

    def assert_all_told_by(self, alone):
        """Everything is told, in the end by a daemon by itself."""
        self.told_at_least(len(self.links))
        eventually("all is delivered", 60, lambda: alone.ready() and alone.delivered() == alone.status()["last_sequence"])
        time.sleep(4)
        self.assert_links_told_once()
        self.assert_stories_told_once(60)

    def assert_all_told_once(self, patience):
        eventually("all are told", patience, lambda: set(self.links_told()) >= self.links, every=2)
        # Whatever would come twice has time to: a member joins again within this.
        time.sleep(8)
        self.assert_links_told_once()
        hurried = {host: gaps for host, moments in self.site.moments().items()
                   if (gaps := [after - before for before, after in zip(moments, moments[1:]) if after - before < DELAY - TOLERANCE])}
        self.assertEqual(hurried, {})
        places = defaultdict(list)
        for record in self.told() + topic.read(self.brokers, f"{self.prefix}.health.v1"):
            places[record["headers"]["ce_journal"]].append(int(record["headers"]["ce_sequence"]))
        for journal, found in places.items():
            self.assertEqual(sorted(found), list(range(1, len(found) + 1)), journal)
        self.assert_stories_told_once(patience)


class AFleet(Fleet):
    def test_three_members_lose_nothing_repeat_nothing_and_ask_no_host_too_often(self):
        for name in ("one", "two", "three"):
            self.member(name)
        self.assertIn("5 added, 0 removed, 0 changed, 0 as before", self.apply("one", FEEDS[:-1]))
        eventually("all shards are held", 90, self.evenly_held)
        self.announce(20)
        # Whichever member is asked and told, all follow.
        shown = self.apply("two", FEEDS)
        self.assertIn(f"+ https://{FEEDS[-1]}/feed.rss", shown)
        self.assertIn("version 2", shown)
        eventually("all go by them", 60, lambda: self.follow("three", 2), every=1)
        eventually("the first are told", 120, lambda: len(self.links_told()) >= 10, every=1)

        self.members["one"].kill()
        self.announce(20)
        eventually("its shards pass on", TAKEOVER_WHEN_BUSY, lambda: sorted(self.ready("two") + self.ready("three")) == ALL)
        self.members["one"].start()
        eventually("it is back", 60, lambda: len(self.ready("one")) == len(ALL) // 3)

        stopped = self.members["two"].process
        stopped.send_signal(signal.SIGSTOP)
        self.announce(20)
        eventually("its shards pass on", TAKEOVER_WHEN_BUSY, lambda: sorted(self.ready("one") + self.ready("three")) == ALL)
        # What it was in the midst of is refused; when it has shards again is for RandomFaults to see.
        stopped.send_signal(signal.SIGCONT)

        self.assert_all_told_once(240)
        status = self.command("one", "fleet", "status")
        for told in ("one", "three", "version 2"):
            self.assertIn(told, status)
        self.assert_shown_by_every_member()
        self.assertIn(f"https://{FEEDS[-1]}/feed.rss\t\tpaused", self.paused(FEEDS[-1]))

    def assert_shown_by_every_member(self):
        """Whichever member is asked answers for the whole fleet, also one that was started when all was told."""
        told, published = self.stories()
        story, revisions = max(told.items(), key=lambda story: len(story[1][-1]["articles"]))
        link = min(self.links)
        self.members["three"].kill()
        self.members["three"].start()
        for name, member in self.members.items():
            # The one that was stopped may be joining again.
            def ask(path):
                try:
                    return json.loads(member.get(path))
                except (OSError, ValueError):
                    return {}

            eventually(f"{name} has read all", 60, lambda: ask("/v1/member").get("mirror") == "current")
            eventually(f"{name} shows all articles", 60, lambda: published <= self.shown(member))
            feeds = ask("/v1/status")["feeds"]
            self.assertEqual({feed["url"] for feed in feeds}, {f"https://{host}/feed.rss" for host in FEEDS})
            self.assertTrue(all(feed["last_poll"] for feed in feeds), feeds)
            found = json.loads(member.get(f"/v1/lookup?url={link}/"))
            self.assertEqual(found["outcome"], "published", found)
            reports = json.loads(member.get(f"/v1/stories/{story}"))["articles"]
            self.assertEqual(len(reports), len(revisions[-1]["articles"]))
            self.assertTrue(json.loads(member.get("/v1/articles?q=Report"))["articles"])
            self.assertIn("<html", member.get("/stories"))
            for said in (f"The fleet {self.prefix}", "Held by nobody</dt><dd>none</dd>", "told by ", ">three</bdi>", "version 2"):
                eventually(f"{name} shows the fleet: {said}", 60, lambda: said in member.get("/fleet"))
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{member.port}/v1/reload", method="POST"))
            self.assertEqual(refused.exception.code, 403)

    def paused(self, host):
        """The list of feeds, once one of them is paused."""
        self.command("three", "feed", "pause", f"https://{host}/feed.rss")
        return self.command("one", "feed", "list")


class WhatAnOperatorAsks(Fleet):
    """One member, whose feeds are not due again for hours."""

    def refused(self, *arguments):
        done = self.members["one"].run(*arguments, "--config", self.members["one"].config)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return done.stderr

    def asked(self, host):
        return len(self.site.moments().get(host, []))

    def test_feeds_are_asked_and_shown_from_any_machine_and_what_a_fleet_has_not_is_refused(self):
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.bind(str(self.folder / "manager"))
        manager.settimeout(30)
        member = self.member("one", start=False, poll={"min_interval": "2h", "max_interval": "3h"})
        self.assertIn("no member called one has followed it", self.refused("search", "report"))
        member.start(NOTIFY_SOCKET=str(self.folder / "manager"))
        self.assertIn("READY=1", manager.recv(1000).decode())

        self.announce(6)
        self.apply("one", FEEDS[:2])
        feed = f"https://{FEEDS[0]}/feed.rss"
        eventually("what both feeds list is told", 90, lambda: len(self.links_told()) >= 2, every=0.5)
        for command in ("poll", "revive"):
            before = self.asked(FEEDS[0])
            self.assertIn("by the member that holds its shard", self.command("one", "feed", command, feed))
            eventually(f"feed {command} has it asked", 30, lambda: self.asked(FEEDS[0]) > before)
        shown = self.command("one", "feed", "show", feed)
        self.assertIn(feed, shown)
        self.assertRegex(shown, "last poll +20")
        self.assertIn(json.loads(self.command("one", "feed", "show", feed, "--json"))["last_status"], (200, 304))
        self.assertIn(f"`dateline feed list` names those of the fleet {self.prefix}", self.refused("feed", "poll", f"https://{FEEDS[2]}/feed.rss"))
        self.assertIn(feed, self.command("one", "feed", "export"))
        self.command("one", "feed", "pause", feed)
        self.assertIn("is paused", self.refused("feed", "poll", feed))

        member.process.send_signal(signal.SIGHUP)
        eventually("it says why it reads nothing anew", 30, lambda: "reads its configuration when it starts" in member.log)
        self.assertIn("restart the members one after another", self.refused("reload"))
        self.assertIn("a member of a fleet has none", self.refused("labels", "export"))
        self.assertIn("a member of a fleet has none", self.refused("backup", str(self.folder / "copy.db")))
        self.assertIn(f"none: what the fleet {self.prefix} knows is on Kafka", self.command("one", "check"))
        # What looks at a journal looks at that of the whole fleet.
        eventually("it can be searched", 60, lambda: "Report" in self.command("one", "search", "report"))
        self.assertIn(feed, self.command("one", "status"))
        mirrorless = member.root / "mirrorless.toml"
        mirrorless.write_text(member.config.read_text().replace("[fleet]", "[fleet]\nmirror = false"))
        self.assertIn("`dateline fleet status` tells of members", member.run("status", "--config", mirrorless).stderr)
        self.assert_feeds_are_changed(feed, f"https://{FEEDS[3]}/feed.rss", f"https://{FEEDS[4]}/feed.rss")
        self.assertEqual(member.terminate(30), 0, member.log[-2000:])
        self.assert_other_shards_are_refused(member)

    def assert_feeds_are_changed(self, paused, added, imported):
        """Feeds are added, imported, checked and removed on the topic; a dry run changes nothing there."""
        before = self.command("one", "feed", "list")
        wanted = self.folder / "wanted.toml"
        wanted.write_text(feed_table(FEEDS[5]))
        shown = self.command("one", "fleet", "apply", "--dry-run", wanted)
        self.assertIn(f"+ https://{FEEDS[5]}/feed.rss", shown)
        self.assertIn("1 added, 2 removed, 0 changed, 0 as before: this would be version", shown)
        self.assertEqual(self.command("one", "feed", "list"), before)
        # Of a fleet that nobody has made it makes nothing.
        unmade = self.members["one"].root / "unmade.toml"
        unmade.write_text(self.members["one"].config.read_text().replace(f'name = "{self.prefix}"', f'name = "{self.prefix}-unmade"'))
        shown = self.members["one"].run("fleet", "apply", "--dry-run", wanted, "--config", unmade)
        self.assertIn("1 added, 0 removed, 0 changed, 0 as before: this would be version 1 of the fleet's feeds", shown.stdout, shown.stderr)
        self.assertEqual(topic.names(self.brokers, f"{self.prefix}-unmade"), [])

        self.assertIn("whoever holds its shard asks it", self.command("one", "feed", "add", added))
        eventually("the added feed is asked", 60, lambda: self.asked(FEEDS[3]) > 1)
        opml = self.folder / "feeds.opml"
        opml.write_text(f'<opml version="2.0"><head/><body><outline type="rss" text="More" xmlUrl="{imported}"/></body></opml>')
        self.command("one", "feed", "import", opml)
        listed = self.command("one", "feed", "list")
        for feed in (paused, added, imported):
            self.assertIn(feed, listed)
        checked = self.command("one", "feed", "check")
        self.assertIn(added, checked)
        self.assertNotIn(paused, checked)
        self.command("one", "feed", "remove", added)
        self.assertNotIn(added, self.command("one", "feed", "list"))

    def assert_other_shards_are_refused(self, member):
        """The fleet keeps the number of shards that it was made with."""
        member.config.write_text(member.config.read_text().replace(f"shards = {SHARDS}", f"shards = {SHARDS + 1}"))
        before = len(member.log)
        self.assertEqual(member.start().process.wait(60), 1)
        said = member.log[before:]
        self.assertIn(f"was made for {SHARDS} shards, and fleet.shards is {SHARDS + 1}", said)
        self.assertIn(f"Set fleet.shards to {SHARDS}, or give the new fleet another name", said)
        # Before it answers anybody.
        self.assertNotIn("a member of a fleet", said)


class SharedSettings(Fleet):
    def test_all_members_go_by_the_settings_that_one_of_them_applies(self):
        one, two = self.member("one"), self.member("two", fetch={"user_agent": "Own/1.0 (+https://own.example)", "per_host_concurrency": 2})
        self.apply("one", FEEDS)
        eventually("all shards are held", 90, self.evenly_held)
        self.announce(9)
        shown = self.command("one", "fleet", "apply", "--settings", "--dry-run")
        for said in ('+ poll.max_interval = "2s"', "+ subject/names.tsv: ", "this would be version 2 of the fleet's settings"):
            self.assertIn(said, shown)
        self.assertIn("settings each member's own", self.command("two", "fleet", "status"))

        def went_by(version):
            return [member.get("said", {}).get("settings_version") for member in self.fleet("one")["members"]] == [version, version]

        one.config.write_text(one.config.read_text().replace("[fetch]\n", '[fetch]\nuser_agent = "Fleet/2.0 (+https://fleet.example)"\n'))
        self.assertIn("other settings: version 2 of the fleet's settings", self.command("one", "fleet", "apply", "--settings"))
        self.assertIn("the fleet has these settings: version 2", self.command("one", "fleet", "apply", "--settings"))
        eventually("both go by them", 120, lambda: went_by(2), every=1)
        self.assertRegex(two.log, r"count for nothing.*\[fetch\]")
        before = len(self.site.requests())
        self.announce(9)
        self.assert_all_told_once(180)
        asked = self.site.requests()[before:]
        self.assertEqual([line for line in asked if "Fleet/2.0" not in line], [])
        # Feeds are another matter.
        self.command("two", "feed", "pause", f"https://{FEEDS[0]}/feed.rss")
        status = self.command("one", "fleet", "status")
        self.assertIn("settings version 2", status)
        self.assertNotIn("differs", status)

        self.assertRegex(self.command("two", "check"), "settings  version 2 of the fleet's, or a newer one, stands in place of this file's")

        # What the process is bound to doesn't change with the fleet's settings, and nothing in a folder goes out but what is read from it.
        subject = one.root / "subject"
        shutil.copytree(REPOSITORY / "config" / "subjects" / "russia-dprk", subject)
        (subject / "login.txt").write_text("hush")
        kept = one.config.read_text(), two.config.read_text()
        one.config.write_text(re.sub("subject = .*", 'subject = "subject"', kept[0]))
        self.assertIn("the fleet has these settings: version 3", self.command("one", "fleet", "apply", "--settings"))
        # Topics that nobody may make would stop all members.
        one.config.write_text(kept[0].replace(f"{self.prefix}.stories.v1", f"{self.prefix}.none.v1").replace("[kafka]\n", "[kafka]\ncreate_topics = false\n"))
        refused = one.run("fleet", "apply", "--settings", "--config", one.config)
        self.assertEqual(refused.returncode, 1, refused.stdout)
        self.assertIn(f"the topics {self.prefix}.none.v1 are missing, and `create_topics` in [kafka] is off", refused.stderr)
        two.config.write_text(kept[1].replace('member = "two"', 'member = "other"'))
        one.config.write_text(kept[0].replace("Fleet/2.0", "Fleet/2.1"))
        self.command("one", "fleet", "apply", "--settings")
        eventually("it says why it stays as it is", 60, lambda: "another [fleet] than when this member was started" in two.get("/readyz"), every=1)
        self.assertEqual(json.loads(two.get("/v1/member"))["settings_version"], 2)
        self.assertEqual([fault["kind"] for fault in two.status()["faults"]], ["fleet_settings"])
        two.config.write_text(kept[1])
        eventually("both go by them", 120, lambda: went_by(4), every=1)

        # A file and a setting change; whoever is away meanwhile starts with them.
        two.kill()
        rules = one.root / "rules.toml"
        rules.write_text('[[site]]\nhost = "pages0.example"\nbody = "article"\n')
        one.config.write_text(f'sites = "{rules}"\n' + one.config.read_text().replace("Fleet/2.1", "Fleet/3.0"))
        shown = self.command("one", "fleet", "apply", "--settings")
        for said in ("~ fetch.user_agent: ", "~ sites.toml: 3 lines come, ", '    + host = "pages0.example"', "version 5 of the fleet's settings"):
            self.assertIn(said, shown)
        two.start()
        eventually("both go by them", 120, lambda: went_by(5), every=1)
        # What nobody could use is not applied.
        rules.write_text(rules.read_text().replace('"article"', '"art[[icle"'))
        refused = one.run("fleet", "apply", "--settings", "--config", one.config)
        self.assertNotEqual(refused.returncode, 0, refused.stdout)
        self.assertIn("rules.toml:3", refused.stderr)


class OneName(Fleet):
    def test_of_two_processes_under_one_name_the_one_that_was_there_first_ends_and_the_other_is_left_alone(self):
        first = self.member("one")
        self.apply("one", FEEDS)
        eventually("it holds all shards", 90, self.all_held)
        self.announce(10)
        eventually("the first are told", 120, lambda: len(self.links_told()) >= 3)
        # In another place, as on another machine.
        second = self.member("one", folder="second")
        self.announce(10)
        self.assertEqual(first.process.wait(120), 69, first.log[-2000:])
        ended = f'another process is at work as the member "one" of the fleet {self.prefix}, one on {socket.gethostname()}, started at '
        for said in (ended, "stop one of the two for good, or give each a fleet.member of its own"):
            self.assertIn(said, first.log)
        eventually("the other holds all shards", 120, self.all_held)

        # Whatever starts it again gains nothing by that, and the other doesn't notice.
        sessions = second.log.count("session has ended")
        self.assertEqual(first.start().process.wait(120), 69, first.log[-2000:])
        self.assertEqual(first.log.count(ended), 2)
        self.assertEqual(second.log.count("session has ended"), sessions)
        self.assertEqual(self.ready("one"), ALL)
        self.announce(10)
        self.assert_all_told_once(120)

        # Once the other is gone the name is free.
        second.kill()
        self.members["one"] = first.start()
        eventually("it holds all shards again", 120, self.all_held)


class WithoutABroker(Fleet):
    def test_a_command_says_within_ten_seconds_that_no_broker_answers_and_what_to_do(self):
        nobody = f"127.0.0.1:{free_port()}"
        member = self.member("one", nobody, start=False)
        feed = f"https://{FEEDS[0]}/feed.rss"
        commands = [("fleet", "status"), ("feed", "list"), ("feed", "show", feed), ("feed", "poll", feed), ("feed", "pause", feed),
                    ("fleet", "apply", member.root / "feeds.toml"), ("fleet", "leave", self.folder / "kept.toml")]
        asked = [subprocess.Popen([BINARY, *command, "--config", member.config], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  env=ENVIRONMENT) for command in commands]
        for command, process in zip(commands, asked):
            # It says for how long it has asked; a busy machine is given more.
            said = process.communicate(timeout=40)[0]
            self.assertEqual(process.returncode, 1, f"{command}: {said}")
            self.assertIn(f"no broker of kafka.brokers ({nobody}) has answered within 8 s", said, command)
            self.assertIn("Connection refused", said, command)
            self.assertIn("See that Kafka runs", said, command)


class HandedOutByTheBroker(Fleet):
    def test_members_whose_shards_the_broker_hands_out_are_told_killed_and_left(self):
        names = ("one", "two", "three")
        for name in names:
            self.member(name, fleet={"group_protocol": "consumer"})
        self.apply("one", FEEDS)
        eventually("all shards are held", 120, self.all_held)
        self.announce(20)
        eventually("the first are told", 120, lambda: len(self.links_told()) >= 10)

        def listed():
            status = json.loads(self.command("two", "fleet", "status", "--json"))
            held = [shard for member in status["members"] for shard in member["shards"] + [SHARDS] * member["tells_stories"]]
            return {member["name"] for member in status["members"]} == set(names) and sorted(held) == ALL

        eventually("the status lists all members and shards", 60, listed, every=1)
        done = self.members["one"].run("fleet", "leave", self.folder / "kept.toml", "--config", self.members["one"].config)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("the fleet is at work (one, three, two)", done.stderr)

        self.members["one"].kill()
        self.announce(20)
        eventually("its shards pass on", TAKEOVER_WHEN_BUSY, lambda: sorted(self.ready("two") + self.ready("three")) == ALL)
        self.members["one"].start()
        self.assert_all_told_once(240)


class RollingRestart(Fleet):
    # Long enough to be restarted in on a busy machine.
    settings = {"session_seconds": 40}

    def test_members_that_are_restarted_one_after_another_keep_their_shards(self):
        names = ("one", "two")
        for name in names:
            self.member(name, fleet=self.settings)
        eventually("all shards are held", 120, self.evenly_held)
        held = {name: self.shards(name) for name in names}
        for name, other in (names, names[::-1]):
            taken = self.members[other].log.count("holding a shard")
            self.assertEqual(self.members[name].terminate(30), 0)
            self.members[name].start()
            eventually(f"{name} has its shards again", 60, lambda: self.ready(name) == held[name])
            self.assertEqual(self.shards(other), held[other])
            self.assertEqual(self.members[other].log.count("holding a shard"), taken)


class RollingRestartWhereTheBrokerHandsOut(RollingRestart):
    """The same where the session is the broker's setting (KIP-848)."""

    settings = {"session_seconds": 40, "group_protocol": "consumer"}

    def setUp(self):
        super().setUp()
        broker = Broker(self.folder / "broker", "group.consumer.session.timeout.ms=40000\ngroup.consumer.heartbeat.interval.ms=5000").start()
        self.addCleanup(broker.stop)
        self.brokers = broker.address


class SeveralBrokers(Fleet):
    def test_nothing_is_lost_and_nothing_told_twice_while_one_broker_after_another_is_killed(self):
        cluster = Cluster(self.folder / "brokers", properties="broker.session.timeout.ms=6000")
        self.addCleanup(cluster.stop)
        self.brokers = ",".join(cluster.start().addresses)
        for name in ("one", "two"):
            self.member(name, kafka={"replication": 3})
        self.apply("one", FEEDS)
        eventually("all shards are held", 120, self.evenly_held)
        self.announce(18)
        eventually("the first are told", 120, lambda: len(self.links_told()) >= 6)
        for broker in cluster.brokers:
            broker.kill()
            self.announce(9)
            told = len(self.links_told())
            eventually("more are told without it", 180, lambda: len(self.links_told()) > told, every=1)
            broker.start()
        self.assert_all_told_once(240)


class OnAWire(Fleet):
    """Members that find a broker of their own at the end of a wire."""

    def setUp(self):
        ports = {name: free_port() for name in ("PLAINTEXT", "CONTROLLER", "WIRE")}
        self.wire = Wire()
        self.addCleanup(self.wire.close)
        self.wire.broker = f"127.0.0.1:{ports['WIRE']}"
        self.brokers = f"127.0.0.1:{ports['PLAINTEXT']}"
        super().setUp()
        broker = Broker(self.folder / "broker", "\n".join((
            f"controller.quorum.voters=1@127.0.0.1:{ports['CONTROLLER']}",
            "listeners=" + ",".join(f"{name}://127.0.0.1:{port}" for name, port in ports.items()),
            f"advertised.listeners=PLAINTEXT://{self.brokers},WIRE://{self.wire.address}",
            "listener.security.protocol.map=" + ",".join(f"{name}:PLAINTEXT" for name in ports),
        ))).start()
        self.addCleanup(broker.stop)


class UnheldShards(OnAWire):
    def test_shards_that_nobody_was_given_when_a_member_died_between_the_two_steps_of_their_move_are_given_out(self):
        one = self.member("one", self.wire.address)
        eventually("it holds all", 90, self.all_held)
        # It joins again when another joins, and again when it has given up what is to move.
        self.wire.trap = Trap("before it joins the group", 2, one.kill)
        # The other has another way to the broker.
        self.member("two")
        self.assertTrue(self.wire.trap.sprung.wait(60), "it gives shards up")
        self.wire.trap = None
        one.start()
        eventually("all shards are held", 90, self.evenly_held)


class ThereAndBack(Fleet):
    """A daemon by itself, then a fleet of two, then a daemon by itself, each of which publishes a part of the same feeds."""

    def daemon(self, name, fleet):
        """A daemon that isn't started yet."""
        # Slow enough that entries wait for their pages when the daemon by itself is killed.
        delay, alone = ("0.1s", {}) if fleet else ("1s", {"fleet": {"name": "", "member": ""}})
        return self.member(name, start=False, fetch={"per_host_delay": delay}, **alone)

    def places(self):
        """The places of each journal's events, in order."""
        found = defaultdict(list)
        for name in ("articles", "rejects", "health", "stories"):
            for record in topic.read(self.brokers, f"{self.prefix}.{name}.v1"):
                found[record["headers"]["ce_journal"]].append(int(record["headers"]["ce_sequence"]))
        return {journal: sorted(places) for journal, places in found.items()}

    def refused(self, daemon, *arguments):
        done = daemon.run(*arguments, "--config", daemon.config)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return done.stderr

    def test_nothing_is_lost_and_nothing_told_twice_there_and_back(self):
        alone = self.daemon("alone", fleet=False)
        one, two = (self.daemon(name, fleet=True) for name in ("one", "two"))
        # The fleet's first member has the configuration of the daemon by itself, and a name in the fleet.
        one.config = alone.root / "member.toml"
        one.config.write_text((one.root / "dateline.toml").read_text())
        alone.start()
        self.announce(45)
        eventually("it delivers", 60, lambda: alone.ready() and alone.delivered() > 0)
        self.told_at_least(9)
        self.assertIn("in use", self.refused(one, "fleet", "adopt"))
        # What isn't delivered is then left to the command.
        alone.kill()
        # A member that was started now would publish all of it anew.
        self.assertIn("`dateline fleet adopt` has the fleet take it over", self.refused(one, "check"))
        self.assertEqual(one.start().process.wait(30), 78)
        feeds = alone.root / "feeds.toml"
        feeds.rename(alone.root / "elsewhere.toml")
        self.assertIn(str(feeds), self.refused(one, "fleet", "adopt"))
        (alone.root / "elsewhere.toml").rename(feeds)
        adopted = self.command("one", "fleet", "adopt")
        self.assertIn("6 feeds", adopted)
        self.assertIn("version 1", adopted)
        self.assertIn("nothing is left to do", self.command("one", "fleet", "adopt"))
        self.assertIn("was taken over by a fleet, and gets nothing any more", self.command("one", "check"))
        self.assertIn("has taken this journal over: the copy is of what was there before", self.command("one", "backup", self.folder / "copy.db"))
        self.assertEqual(alone.start().process.wait(30), 65)
        self.assertIn("was taken over by the fleet", alone.log)
        before = self.places()
        journal, = before
        self.assertEqual(before[journal], list(range(1, len(before[journal]) + 1)))

        for member in (one, two):
            member.start()
        self.announce(18)
        eventually("both hold shards", 60, lambda: sorted(self.ready("one") + self.ready("two")) == ALL)
        self.told_at_least(55)
        for member in (one, two):
            self.assertEqual(member.terminate(30), 0, member.log[-2000:])
        kept = alone.root / "feeds-of-fleet.toml"
        self.assertIn("holds nothing any more", self.command("one", "fleet", "leave", kept))
        self.assertIn("nothing is left to do", self.command("one", "fleet", "leave", kept))
        between = self.places()

        (alone.root / "feeds.toml").write_text(kept.read_text())
        alone.start()
        self.announce(9)
        self.assert_all_told_by(alone)
        # The first journal has ended, each shard counts on from it, and the last journal from the highest of the shards.
        after = self.places()
        self.assertEqual(after[journal], before[journal])
        last, = set(after) - set(between)
        highest = max(max(places) for places in between.values())
        self.assertEqual(after[last], list(range(after[last][0], after[last][0] + len(after[last]))))
        self.assertGreater(after[last][0], highest)
        for shard in set(between) - {journal, f"{self.prefix}.stories"}:
            self.assertEqual(after[shard], list(range(before[journal][-1] + 1, before[journal][-1] + 1 + len(after[shard]))), shard)


class BrokenOff(OnAWire, ThereAndBack):
    """The same, there and back twice, while the commands are killed again and again: each time they are run again."""

    # By how often each kind of request was made before: the first of each is the one that has Kafka take what it lacks of the journal.
    EARLY = [("when its id is taken over, before it knows", 1), ("when records are written, before it knows", 1), ("before the commit", 1)]
    LATE = [("before its places are sent", 1), ("before the commit", 1)]
    MORE = [("before it takes over its id", 2), ("when its id is taken over, before it knows", 2), ("before it joins the group", 1),
            ("when it has joined the group, before it knows", 1), ("before a transaction begins at the broker", 1),
            ("when a transaction has begun, before it knows", 1), ("before records are written", 1),
            ("when records are written, before it knows", 1), ("when its places are taken, before it knows", 1)]
    # Of the commit with which all is done, the only one that has places in it.
    ENDS = ["when the commit is decided, before it knows", "right after it heard of the commit"]

    def broken_off(self, name, points, *command):
        """Runs a command until it has been killed at each of these points, and once more; what it says at last."""
        for point, count, *after in points:
            member = self.members[name]
            process = subprocess.Popen([BINARY, *command, "--config", member.config], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       text=True, env=ENVIRONMENT)
            self.wire.trap = Trap(point, count, process.kill, *after)
            said = process.communicate(timeout=120)[0]
            # A command that waits for what one before it left behind may be refused; it must not be done without having come by.
            self.assertNotEqual(process.returncode, 0, f"{command} was done before {point} ({count}): {said}")
            self.assertTrue(self.wire.trap.sprung.is_set(), f"{command} did not come to {point} ({count}): {said}")
            self.wire.trap = None
        return self.command(name, *command)

    def test_nothing_is_lost_and_nothing_told_twice_there_and_back(self):
        more = self.MORE if os.environ.get("FLEET_KILLS") else []
        alone = self.daemon("alone", fleet=False)
        one = self.member("one", self.wire.address, start=False, fetch={"per_host_delay": "0.1s"})
        behind = one.config
        one.config = alone.root / "member.toml"
        one.config.write_text(behind.read_text())
        for round, end in enumerate(self.ENDS):
            early, late, more = (self.EARLY, self.LATE, more) if round == 0 else ([], [], [])
            alone.start()
            self.announce(18)
            eventually("it delivers", 60, lambda: alone.ready() and alone.delivered() > 0)
            self.told_at_least(36 * round + 5)
            alone.kill()
            points = [*early, *more, *late, (end, 1, "TxnOffsetCommit")]
            self.assertIn("nothing is left to do", self.broken_off("one", points, "fleet", "adopt"))

            one.start()
            self.announce(18)
            self.told_at_least(36 * round + 25)
            self.assertEqual(one.terminate(30), 0, one.log[-2000:])
            kept = alone.root / f"feeds-{round}.toml"
            # It delivers nothing before, and takes over one id only.
            points = [*more[3:], *late, (self.ENDS[1 - round], 1, "TxnOffsetCommit")]
            self.broken_off("one", points, "fleet", "leave", kept)
            self.assertIn("nothing is left to do", self.command("one", "fleet", "leave", kept))
            (alone.root / "feeds.toml").write_text(kept.read_text())
        alone.start()
        self.assert_all_told_by(alone)


class WhoMayDoWhat(Fleet):
    """A broker that allows nothing but what docs/fleet.md says: to members and their commands, as `plain`, and to whoever has the feeds changed
    from elsewhere, as `scram`."""

    # The same as the table in docs/fleet.md: on what, how named, what they may.
    MEMBER = [
        ("TOPIC", "{fleet}.", "PREFIXED", ["DESCRIBE", "READ", "WRITE", "CREATE"]),
        ("TOPIC", "{fleet}.handovers.v1", "LITERAL", ["DELETE"]),
        ("TOPIC", "{events}.", "PREFIXED", ["DESCRIBE", "READ", "WRITE", "CREATE", "DESCRIBE_CONFIGS"]),
        ("GROUP", "{fleet}", "LITERAL", ["DESCRIBE", "READ"]),
        ("TRANSACTIONAL_ID", "{fleet}.", "PREFIXED", ["DESCRIBE", "WRITE"]),
    ]
    OPERATOR = [
        ("TOPIC", "{fleet}.", "PREFIXED", ["DESCRIBE", "READ"]),
        ("TOPIC", "{fleet}.feeds.v1", "LITERAL", ["WRITE"]),
        ("TOPIC", "{fleet}.handovers.v1", "LITERAL", ["WRITE"]),
        ("TOPIC", "{events}.", "PREFIXED", ["DESCRIBE"]),
        ("GROUP", "{fleet}", "LITERAL", ["DESCRIBE"]),
        ("TRANSACTIONAL_ID", "{fleet}.feeds", "LITERAL", ["DESCRIBE", "WRITE"]),
    ]
    # What the relay of a daemon by itself may beside that, which `adopt` has deliver what Kafka lacks (docs/subscribing.md).
    RELAY = [("TRANSACTIONAL_ID", "dateline-", "PREFIXED", ["DESCRIBE", "WRITE"])]

    def setUp(self):
        super().setUp()
        self.broker = Broker(self.folder / "broker", "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n"
                             "super.users=User:ANONYMOUS").start()
        self.addCleanup(self.broker.stop)
        self.brokers = self.broker.address

    def access(self, user, mechanism):
        """`[kafka]` settings to log in with."""
        secret = self.folder / f"{user}.password"
        secret.write_text(f"pass-{user}")
        secret.chmod(0o600)
        folder = self.folder / "broker"
        return {"brokers": (folder / "secure").read_text().strip(), "security_protocol": "sasl_ssl", "ssl_ca_file": str(folder / "ca.pem"),
                "sasl_mechanism": mechanism, "sasl_username": user, "sasl_password_file": str(secret)}

    def allow(self, user, rules):
        from confluent_kafka.admin import (AclBinding, AclOperation, AclPermissionType, AdminClient, ResourcePatternType,
                                           ResourceType)
        names = {"fleet": f"{self.prefix}-fleet", "events": self.prefix}
        bindings = [AclBinding(getattr(ResourceType, what), name.format(**names), getattr(ResourcePatternType, pattern), f"User:{user}", "*",
                               getattr(AclOperation, operation), AclPermissionType.ALLOW)
                    for what, name, pattern, operations in rules for operation in operations]
        admin = AdminClient({"bootstrap.servers": self.brokers})
        for made in admin.create_acls(bindings).values():
            made.result(30)

    def test_a_refused_login_is_told_by_a_command_as_that_with_the_brokers_words_and_what_to_mend(self):
        stranger = self.member("stranger", kafka=self.access("plain", "PLAIN"), start=False)
        (self.folder / "plain.password").write_text("another")
        for command in (("fleet", "status"), ("feed", "list")):
            refused = stranger.run(*command, "--config", stranger.config)
            self.assertEqual(refused.returncode, 1, refused.stdout)
            self.assertIn("Kafka refuses the user name or the password at kafka.brokers", refused.stderr)
            self.assertIn("Authentication failed", refused.stderr)
            self.assertIn("sasl_password_file", refused.stderr)
            self.assertNotIn("no broker", refused.stderr)
            self.assertNotIn("another", refused.stderr)

    def test_the_rights_in_the_documentation_are_enough_for_a_fleet_and_its_operator_who_has_no_others(self):
        self.allow("plain", self.MEMBER + self.RELAY)
        self.allow("scram", self.OPERATOR)
        fleet = {"name": f"{self.prefix}-fleet"}
        one = self.member("one", kafka=self.access("plain", "PLAIN"), fleet=fleet)
        self.member("operator", kafka=self.access("scram", "SCRAM-SHA-512"), fleet=fleet, start=False)
        eventually("all shards are held", 90, self.all_held)
        self.assertIn("6 added", self.apply("operator", FEEDS))
        self.assertIn("version 2", self.command("operator", "fleet", "apply", "--settings"))
        eventually("it goes by them", 120, lambda: json.loads(one.get("/v1/member"))["settings_version"] == 2, every=1)
        feed = f"https://{FEEDS[0]}/feed.rss"
        self.announce(12)
        self.command("operator", "feed", "poll", feed)
        self.told_at_least(12)
        self.assertIn("settings version 2", self.command("operator", "fleet", "status"))
        self.assertIn("last poll", self.command("operator", "feed", "show", feed))
        published = self.stories()[1]
        eventually("its mirror shows all articles", 60, lambda: published <= self.shown(one))
        # What was taken in is deleted.
        self.assert_stories_told_once(60)
        handed_over = f"{self.prefix}-fleet.handovers.v1"
        eventually("what was handed over is gone", 60, lambda: not topic.read(self.brokers, handed_over), every=1)

        self.assertEqual(one.terminate(30), 0, one.log[-2000:])
        self.assertNotIn("uthorization", one.log)
        # The operator is no member.
        operator = self.members["operator"]
        refused = operator.run("fleet", "leave", self.folder / "none.toml", "--config", operator.config)
        self.assertEqual(refused.returncode, 1, refused.stdout)
        self.assertIn(f"the brokers don't let this user be a member of the group {self.prefix}-fleet: ", refused.stderr)
        kept = self.folder / "kept.toml"
        self.command("one", "fleet", "leave", kept)
        (one.root / "feeds.toml").write_text(kept.read_text())
        self.assertIn("has settings, which stand in place of those of this configuration: version 2", self.command("one", "fleet", "adopt"))


@unittest.skipUnless(FAULTS, "FLEET_FAULTS says how many")
class RandomFaults(Fleet):
    """Faults of all kinds at random, while entries come all the time."""

    def setUp(self):
        names = ("one", "two", "three", GUEST)
        self.networks = dict(zip(names, networks(len(names))))
        for network in self.networks.values():
            self.addCleanup(network.close)
        super().setUp()
        self.seed = int(os.environ.get("SEED", time.time_ns() % 1_000_000))
        self.chance = random.Random(self.seed)
        self.wires = {name: Wires(BROKERS, *([self.networks[name].kafka] if self.networks else [])) for name in names}
        for wires in self.wires.values():
            self.addCleanup(wires.close)
        # Where one of several is gone, the others are to see that within a session, too.
        missed = "broker.session.timeout.ms=6000" if BROKERS > 1 else ""
        self.cluster = Cluster(self.folder / "brokers", BROKERS, missed, {name.upper(): wires for name, wires in self.wires.items()})
        self.addCleanup(self.cluster.stop)
        self.brokers = ",".join(self.cluster.start().addresses)
        for name in names:
            if name != GUEST:
                self.member(name, self.way_of(name))
        self.apply(names[0], FEEDS)
        self.done = Counter()
        self.takeovers = []
        self.broker_was_away = False

    def way_of(self, name):
        """Where a member finds the brokers."""
        return ",".join(self.wires[name].addresses)

    def pause(self, least, most):
        time.sleep(self.chance.uniform(least, most))

    def taken_over(self, name):
        """Waits until the others hold all shards, and notes how long that took."""
        began = time.monotonic()
        others = [other for other in self.members if other != name]
        eventually(f"the shards of {name} pass on (seed {self.seed})", 90,
                   lambda: sorted(sum((self.ready(other) for other in others), [])) == ALL)
        took, bound = time.monotonic() - began, takeover_bound() + REJOIN * self.broker_was_away
        self.takeovers.append(took)
        self.assertLessEqual(took, bound, f"the shards of {name} passed on (seed {self.seed})")

    def kill(self, name):
        self.members[name].kill()
        if self.chance.random() < 0.5:
            self.taken_over(name)
        self.members[name].start()

    def stop_and_wake(self, name):
        process = self.members[name].process
        process.send_signal(signal.SIGSTOP)
        if self.chance.random() < 0.5:
            self.taken_over(name)
        else:
            self.pause(1, 9)
        process.send_signal(signal.SIGCONT)

    def cut_off(self, name):
        self.wires[name].cut()
        if self.chance.random() < 0.5:
            # It doesn't know, and says that it holds what it held; the web tells whether it keeps to that.
            self.taken_over(name)
        else:
            self.pause(1, 12)
        self.wires[name].mend()

    def part(self, name):
        """A network that lets nothing through, to anybody or to Kafka."""
        network = self.networks[name]
        self.chance.choice([network.part, network.part_from_kafka])()
        if self.chance.random() < 0.5:
            self.taken_over(name)
        else:
            self.pause(1, 12)
        network.join()

    def restart(self, name):
        self.members[name].terminate(60)
        self.members[name].start()

    def join_and_leave(self, _):
        """A member more, for a while."""
        self.member(GUEST, self.way_of(GUEST))
        eventually(f"the member more has shards (seed {self.seed})", 120, lambda: self.ready(GUEST) and self.all_held())
        self.pause(0, 3)
        self.members.pop(GUEST).terminate(60)

    def pause_broker(self, _):
        broker = self.chance.choice(self.cluster.brokers)
        os.kill(broker.pid, signal.SIGSTOP)
        self.pause(1, 9)
        os.kill(broker.pid, signal.SIGCONT)

    def kill_broker(self, _):
        broker = self.chance.choice(self.cluster.brokers)
        broker.kill()
        self.pause(0, 5)
        broker.start()

    def test_random_faults_lose_nothing_repeat_nothing_and_ask_no_host_too_often(self):
        eventually("all shards are held", 120, self.evenly_held)
        kinds = [self.kill, self.stop_and_wake, self.cut_off, self.restart, self.join_and_leave, self.pause_broker, self.kill_broker]
        kinds += [self.part] if self.networks else []
        kinds = [kind for kind in kinds if not KINDS or kind.__name__ in KINDS]
        for _ in range(FAULTS):
            self.announce(ENTRIES_A_FAULT)
            self.pause(0.5, 3)
            fault = self.chance.choice(kinds)
            fault(self.chance.choice(sorted(self.members)))
            self.done[fault.__name__] += 1
            self.broker_was_away = fault in (self.pause_broker, self.kill_broker)
            eventually(f"all shards are held after {fault.__name__} (seed {self.seed})", 120, self.all_held)
        self.assert_all_told_once(900)
        took = sorted(self.takeovers)
        print(f"seed {self.seed}: {dict(self.done)}; {len(self.links)} entries; shards passed on {len(took)} times, "
              f"in the middle after {took[len(took) // 2]:.1f} s, at most {took[-1]:.1f} s" if took else self.done, flush=True)


@unittest.skipUnless(ENTRIES, "FLEET_ENTRIES says how many")
class WhatAnEntryTakes(Fleet):
    def test_a_member_beside_a_daemon_by_itself(self):
        """Says how much of a processor an entry takes, from its feed to Kafka, with its story, of a daemon by itself and of a member, with a
        mirror and without; and what a member writes to the topics for it."""
        took, wrote = {}, {}
        for kind, fleet in (("alone", {"name": "", "member": ""}), ("member", {"mirror": False}), ("mirror", {})):
            self.prefix = f"{self.folder.name}-{kind}"
            self.links.clear()
            self.listed.clear()
            self.announce(0)
            daemon = self.member(kind, fetch={"per_host_delay": "0.05s"}, fleet=fleet)
            if kind != "alone":
                self.apply(kind, FEEDS)
            eventually("it answers", 60, daemon.ready)
            time.sleep(15)
            before, held = self.seconds(daemon), self.bytes_of_topics()
            self.announce(ENTRIES)
            eventually("all are told", 600, lambda: set(self.links_told()) >= self.links, every=1)
            eventually("all stand in stories", 600, lambda: self.told_in_stories() == self.stories()[1], every=1)
            took[kind] = (self.seconds(daemon) - before) / ENTRIES * 1000
            wrote[kind] = {topic: round((size - held.get(topic, 0)) / ENTRIES) for topic, size in self.bytes_of_topics().items()}
            daemon.stop()
        print(f"{ENTRIES} entries: {took['alone']:.2f} ms each alone, {took['member']:.2f} ms as a member, {took['mirror']:.2f} ms with a mirror; "
              f"bytes each on the topics alone {wrote['alone']}, as a member {wrote['member']}", flush=True)

    def bytes_of_topics(self):
        """What the segments of each topic hold."""
        held = Counter()
        for segment in (Path(os.environ.get("KAFKA_TEST_BROKER_DIR", "")) / "data").glob(f"{self.prefix}.*/*.log"):
            held[segment.parent.name.removeprefix(f"{self.prefix}.").split(".")[0]] += segment.stat().st_size
        return held

    def told_in_stories(self):
        return {article["article"] for revisions in self.stories()[0].values() for article in revisions[-1]["articles"]}

    def seconds(self, daemon):
        """The processor time that a process has taken."""
        fields = Path(f"/proc/{daemon.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@unittest.skipUnless(FEEDS_IN_SHARD, "FLEET_FEEDS says how many")
class AShardOfManyFeeds(Fleet):
    def test_it_is_restored(self):
        """Says how long a shard of so many feeds takes to be restored, and what they take on the topic and in memory."""
        member = self.member("one", fleet={"shards": 1}, poll={"start_spread": "23h", "min_interval": "1h", "max_interval": "24h"})
        empty = self.memory(member)
        feeds = self.folder / "many.toml"
        feeds.write_text("".join(f'[[feed]]\nurl = "https://site{number}.example/feed.rss"\n' for number in range(FEEDS_IN_SHARD)))
        self.command("one", "fleet", "apply", feeds)

        def said():
            return any(one.get("said", {}).get("feeds") == FEEDS_IN_SHARD for one in self.fleet("one")["members"])

        eventually("it polls them", 300, said, every=2)
        eventually("they are on the topic", 120, lambda: len(topic.read(self.brokers, f"{self.prefix}.state.v1")) >= FEEDS_IN_SHARD, every=2)
        member.kill()
        before = len(member.log)
        member.start()
        found = eventually("it holds them again", 120, lambda: re.search(
            r"holding a shard.*shard.*?=0.*records.*?=(\d+).*took.*?=([\d.]+m?s)", member.log[before:]))
        eventually("it polls them again", 300, said, every=2)
        state = Path(os.environ.get("KAFKA_TEST_BROKER_DIR", "")) / "data" / f"{self.prefix}.state.v1-0"
        packed = sum(segment.stat().st_size for segment in state.glob("*.log"))
        rows = sum(len(record["key"]) + len(json.dumps(record["value"])) for record in topic.read(self.brokers, f"{self.prefix}.state.v1"))
        each = [round(size / FEEDS_IN_SHARD) for size in (rows, packed, self.memory(member) - empty)]
        print(f"{FEEDS_IN_SHARD} feeds: {found[1]} records restored in {found[2]}; a feed has {each[0]} bytes on the topic "
              f"({each[1]} where many are packed together) and {each[2]} in memory", flush=True)

    def memory(self, member):
        eventually("it answers", 60, member.ready)
        status = Path(f"/proc/{member.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024


if __name__ == "__main__":
    unittest.main()
