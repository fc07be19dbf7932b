"""Many short articles on many hosts, each unlike the others, for tests that count."""

from .site import rss

PLACES = ["Khasan", "Rason", "Vladivostok", "Wonsan", "Sudzha", "Chita", "Nampo", "Tumangang"]
GOODS = ["timber", "rolled steel", "tractors", "winter coats", "sea urchins", "grinding machines", "flour", "paint"]


def page(number):
    """One article about trade between the two countries. The number makes every sentence its own."""
    place, goods = PLACES[number % len(PLACES)], GOODS[number // len(PLACES) % len(GOODS)]
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Train {number} brings {goods} through {place}</title></head>
<body><article><h1>Train {number} brings {goods} through {place}</h1>
<p>Freight train number {number} carried {goods} from Russia to North Korea through {place} this week, railway officials of both
countries said, the latest sign of growing trade between Moscow and Pyongyang.</p>
<p>The train had {20 + number % 37} cars and waited {number % 11 + 2} hours at the border, where Russian and North Korean customs officers
went through its papers together, according to a dispatcher who has worked on the line for {number % 29 + 1} years.</p>
<p>North Korea will pay for delivery {number} with {100 + number} tonnes of zinc, the Russian trade ministry said.</p></article></body></html>"""


class Crowd:
    """`hosts` hosts with a feed each; entries are numbered through and dealt out in turn."""

    def __init__(self, site, hosts):
        self.site = site
        self.items = {f"host{index}.example": [] for index in range(hosts)}
        self.count = 0
        for host in self.items:
            self._publish(host)

    @property
    def feeds(self):
        return [f"https://{host}/feed.rss" for host in self.items]

    def _publish(self, host):
        self.site.add(f"https://{host}/feed.rss", rss(host, reversed(self.items[host])))

    def grow(self, entries):
        """Adds that many entries, page first, then the feed that announces it."""
        hosts = list(self.items)
        for _ in range(entries):
            host = hosts[self.count % len(hosts)]
            url = f"https://{host}/train/{self.count}.html"
            self.site.add(url, page(self.count))
            self.items[host].append((f"Train {self.count}", url, f"train-{self.count}"))
            self.count += 1
        for host in hosts:
            self._publish(host)

    def urls(self):
        return sorted(url for items in self.items.values() for _, url, _ in items)
