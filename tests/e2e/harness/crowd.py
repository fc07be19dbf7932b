"""Many short articles on many hosts, each unlike the others, for tests that count."""

from urllib.parse import urlsplit

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
    return html(title, told)


# Happenings that resemble no other: what is told, and that told again in the page of another.
SINGULAR = [
    ("North Korea sends its chess team to Perm",
     "Six chess players from North Korea have arrived in Perm for a tournament against Russian schools, the city's chess club said.",
     "Their trainer Pak Yong Su hopes to win at least one of eleven games."),
    ("Pyongyang zoo gets a brown bear of Novosibirsk",
     "A brown bear cub called Misha moved from the zoo of Novosibirsk to the zoo of Pyongyang, Russian keepers said.",
     "North Korea gave two Siberian cranes for it, which live in an aviary with a heated pond."),
    ("Choir of Russian sailors records songs in North Korea",
     "A sailors' choir from Murmansk sang for North Korean radio in a studio without heating, baritone Ilya Frolov told his home paper.",
     "The record has fourteen songs, among them two Korean lullabies."),
    ("Geologists of Yakutsk look for North Korean gold with drones",
     "Drones of a geological institute in Yakutsk drew a map of magnetic rocks in North Korea's Hamgyong mountains, its journal says.",
     "Russian scientists flew them at dawn, when the wind sleeps in the gorges."),
    ("North Korean dentists visit a Russian factory for drills",
     "Dentists from North Korea looked at drills in a factory of Kazan, whose engineers want to sell them by instalments.",
     "A Russian interpreter, herself a patient, tried the newest one on stage."),
    ("Russia lends North Korea a planetarium",
     "A planetarium made in Saint Petersburg is to stand in a North Korean children's palace for three years.",
     "Its dome shows six thousand stars; a Russian astronomer teaches the guides their names."),
]


def html(title, told):
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
        for _ in range(entries):
            self._add(page(self.count, self.reports))
        for host in self.items:
            self._publish(host)

    def _add(self, shown):
        """Adds an entry whose page shows this; its feed says so when it is published next. Gives the feed's host."""
        url = self.url(self.count)
        host = urlsplit(url).hostname
        self.site.add(url, shown)
        self.items[host].append((f"Report {self.count}", url, f"report-{self.count}"))
        self.count += 1
        return host

    def tell(self, happening):
        """Adds an entry on one of the singular happenings, and gives its number."""
        title, *told = SINGULAR[happening]
        self._publish(self._add(html(title, told)))
        return self.count - 1

    def retell(self, number, happening):
        """The page tells this happening from now on, with its paragraphs in another order."""
        title, *told = SINGULAR[happening]
        self.site.add(self.url(number), html(f"{title}, a second look", [*reversed(told), told[0].replace(" said", " confirmed")]))

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
