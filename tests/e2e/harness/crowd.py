"""Many short articles on many hosts, each unlike the others, for tests that count."""

from .site import rss

PLACES = ["Khasan", "Rason", "Vladivostok", "Wonsan", "Sudzha", "Chita", "Nampo", "Tumangang"]
GOODS = ["timber", "rolled steel", "tractors", "winter coats", "sea urchins", "grinding machines", "flour", "paint"]


def page(number, reports=1, cars=None):
    """One article about trade between the two countries. The number makes every sentence its own, but so many articles in a row report the
    same train, each in words of its own, of which there are two. How many cars the train had can be corrected."""
    train, report = number // reports, number % reports
    cars = cars or 20 + train % 37
    place, goods = PLACES[train % len(PLACES)], GOODS[train // len(PLACES) % len(GOODS)]
    if report % 2 == 0:
        title = f"Train {train} brings {goods} through {place}"
        told = [f"Freight train number {train} carried {goods} from Russia to North Korea through {place} this week, railway officials of "
                "both countries said, the latest sign of growing trade between Moscow and Pyongyang.",
                f"The train had {cars} cars and waited {train % 11 + 2} hours at the border, where Russian and North Korean customs officers "
                f"went through its papers together, according to a dispatcher who has worked on the line for {train % 29 + 1} years.",
                f"North Korea will pay for delivery {train} with {100 + train} tonnes of zinc, the Russian trade ministry said."]
    else:
        title = f"North Korea gets {goods} by train {train} through {place}"
        told = [f"Train {train} with {goods} for North Korea has passed {place}, Russian railways said: {cars} cars of freight number {train} "
                "that Pyongyang had long waited for.",
                f"Customs officers at {place} held it for {train % 11 + 2} hours. In return North Korea sends Russia {100 + train} tonnes of "
                f"zinc for delivery {train}, by the trade ministry's account."]
    paragraphs = "\n".join(f"<p>{text}</p>" for text in told)
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><article><h1>{title}</h1>
{paragraphs}</article></body></html>"""


class Crowd:
    """`hosts` hosts with a feed each; entries are numbered through and dealt out in turn, so that the `reports` of one happening stand on
    different hosts."""

    def __init__(self, site, hosts, reports=1):
        self.site = site
        self.reports = reports
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
            self.site.add(url, page(self.count, self.reports))
            self.items[host].append((f"Report {self.count}", url, f"report-{self.count}"))
            self.count += 1
        for host in hosts:
            self._publish(host)

    def url(self, number):
        hosts = list(self.items)
        return f"https://{hosts[number % len(hosts)]}/train/{number}.html"

    def correct(self, number, cars):
        """The page tells another number of cars from now on, as no feed says."""
        self.site.add(self.url(number), page(number, self.reports, cars))

    def take_down(self, number):
        """The page answers 404 from now on; its feed lists it still."""
        self.site.remove(self.url(number))

    def urls(self):
        return sorted(url for items in self.items.values() for _, url, _ in items)
