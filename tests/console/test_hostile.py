"""Strangers who mean harm: feeds that are looked at before they are added, and markup in whatever a feed or a page can fill. Each is answered in
words, in bounded memory, on a small page, and nothing of it is markup."""

import gzip
import html
import itertools
import re
import unittest
from pathlib import Path

from browser import expect
from running import Answering, RunningConsole

# More than pages and feeds together may take in memory: a body has 32 MiB at most, and 64 MiB decompressed.
MAX_MEMORY_KB = 700_000
MAX_PAGE_BYTES = 200_000

HARM = "<script>window.harmed = 1</script>\"'><img src=x onerror=\"window.harmed = 1\"><svg onload=\"window.harmed = 1\">\u202e\u2066"
ESCAPED = html.escape(HARM)


def rss(items, title="News", head=""):
    return f"<?xml version='1.0'?>{head}<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><title>{title}</title>{items}</channel></rss>"


def item(title, link, more=""):
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


class Harmful(Answering):
    """Feeds that are none, never end, or say what they should not."""

    protocol_version = "HTTP/1.1"

    def send(self, kind, body, **fields):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(200)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **fields}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def redirect(self, to):
        self.send_response(302)
        self.send_header("Location", to)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        here, name = f"http://{self.headers['Host']}", self.path.split("?")[0][1:]
        feed, page = "application/rss+xml", "text/html"
        match name:
            case "bomb":
                self.send(feed, gzip.compress(rss(" " * (80 << 20)).encode()), Content_Encoding="gzip")
            case "endless":
                self.send_response(200)
                self.send_header("Content-Type", feed)
                self.send_header("Connection", "close")
                self.end_headers()
                try:
                    for number in itertools.count():
                        self.wfile.write(item(number, here).encode() * 1_000)
                except OSError:
                    self.close_connection = True
            case "circle":
                self.redirect("/circle")
            case "file":
                self.redirect("file:///etc/passwd")
            case "script":
                self.redirect("javascript:window.harmed=1")
            case "many":
                self.send(feed, rss("".join(item(number, f"{here}/{number}") for number in range(100_000))))
            case "long" | "longer":
                query = "q" * (50_000 if name == "long" else 100_000)
                self.send(feed, rss("".join(item("A" * 100_000, f"{here}/lost?{number}{query}") for number in range(40)), title="C" * 1_000_000))
            case "entities":
                names = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
                self.send(feed, rss(item("&a11;", f"{here}/1"), head=f"<!DOCTYPE rss [<!ENTITY a0 'lol'>{names}<!ENTITY f SYSTEM 'file:///etc/passwd'>]>", title="&f;"))
            case "picture":
                self.send("image/png", b"\x89PNG\r\n\x1a\n<J\xa0\x12\xd8'}j> " + bytes(range(256)) * 50)
            case "deep":
                self.send(page, "<html><body>" + "<div>" * 300_000)
            case "links":
                self.send(page, "<html><head>" + "".join(f"<link rel=alternate type='application/rss+xml' href='/f{n}?{ESCAPED}'>" for n in range(20_000)))
            case "scripts":
                self.send(page, "<html><head><link rel=alternate type='application/rss+xml' href='javascript:window.harmed=1'><link rel=alternate type='application/rss+xml' href='file:///etc/passwd'>")
            case "markup":
                fields = f"<author>{ESCAPED}</author><dc:creator>{ESCAPED}</dc:creator><category>{ESCAPED}</category><guid>{ESCAPED}</guid><pubDate>{ESCAPED}</pubDate><description>{ESCAPED}</description>"
                self.send(feed, rss(item(ESCAPED, f"{here}/m?{ESCAPED}", fields) + item("a script", "javascript:window.harmed=1"), title=ESCAPED))
            case "rest":
                self.send_response(429)
                self.send_header("Retry-After", "600")
                self.send_header("Content-Length", "0")
                self.end_headers()
            case "m":
                self.send(page, f"<html lang=\"{ESCAPED}\"><head><title>{ESCAPED}</title><meta name=author content=\"{ESCAPED}\"></head><article><h1>{ESCAPED}</h1><p>{ESCAPED} Russia and North Korea signed an agreement on Monday.</p></article>")
            case _:
                self.send_error(404)


class Strangers(RunningConsole):
    """What is looked at before it is added."""

    def setUp(self):
        self.site = self.serve(Harmful)
        self.configure(f'[[feed]]\nurl = "{self.site}/nothing"\n')
        self.start()

    def previewed(self, page, name):
        page.goto("/feeds/add")
        page.get_by_label("Address", exact=True).fill(f"{self.site}/{name}")
        with page.expect_response("**/feeds/preview") as answer, page.expect_navigation():
            page.get_by_role("button", name="Preview", exact=True).click()
        return answer.value.body()

    def test_a_feed_that_means_harm_is_answered_in_words_and_bounds(self):
        page = self.page(self.base)
        for name, words in (
            ("bomb", "the body decompresses to more than"),
            ("endless", "the body is larger than"),
            ("circle", "redirects in a circle"),
            ("file", "answered 302 Found without a usable Location"),
            ("script", "answered 302 Found without a usable Location"),
            ("many", "The newest 30 of 50 000 entries."),
            # Why is said although their addresses are longer than what is shown.
            ("long", "would not be published: answered 404 Not Found"),
            ("longer", "would not be published: the address cannot be asked for: uri too long"),
            ("entities", "1 entry without a date"),
            ("picture", "the document is not a feed: it has no markup"),
            ("deep", "is no feed (the document is a web page, not a feed), and names none"),
            ("links", "The site names several feeds"),
            ("scripts", "and names none"),
            ("markup", "would be published"),
            ("absent", "cannot be had (answered 404 Not Found"),
            # The last, since nothing is asked of that host from then on.
            ("rest", "cannot be had (answered 429 Too Many Requests"),
            ("many", "its host asks to be left alone until 20"),
        ):
            with self.subTest(name):
                body = self.previewed(page, name)
                expect(page.locator("main")).to_contain_text(words, ignore_case=True)
                self.assertLess(len(body), MAX_PAGE_BYTES)
                self.assertIsNone(page.evaluate("window.harmed ?? null"))
                self.assertNotIn("\u202e", page.locator("main").inner_text())
                self.assert_sound(page, name)
                # What is shown of an entity stays its name.
                self.assertNotIn("root:", page.locator("main").inner_text())
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        self.assertLess(int(re.search(r"VmHWM:\s+(\d+)", status).group(1)), MAX_MEMORY_KB)


class HarmfulPress(Answering):
    """A site whose feed and pages have markup in each of their fields."""

    def do_GET(self):
        here, name = f"http://{self.headers['Host']}", self.path.split("?")[0][1:]
        fields = f"<author>{ESCAPED}</author><dc:creator>{ESCAPED}</dc:creator><category>{ESCAPED}</category><description>{ESCAPED}</description>"
        if name == "rss":
            items = "".join(item(f"{ESCAPED} {path}", f"{here}/{path}?{ESCAPED}", f"<guid>{ESCAPED}{path}</guid>{fields}") for path in ("told", "copied", "other", "lost"))
            self.answer("application/rss+xml", rss(items + item(ESCAPED, "javascript:window.harmed=1", f"<guid>{ESCAPED}</guid>"), title=ESCAPED))
        elif name in ("told", "copied"):
            self.answer("text/html", self.report(here, name, "Russia and North Korea signed an agreement on a road bridge over the Tumen river in Pyongyang on Monday",
                                                 "Kim Jong Un received the Russian delegation before the signing, and 200 workers from North Korea are to build it"))
        elif name == "other":
            self.answer("text/html", self.report(here, name, "The garden by the harbour opens again on Saturday after the winter", "Four hundred roses were planted"))
        else:
            self.send_error(404, "<script>window.harmed = 1</script>")

    @staticmethod
    def report(here, name, first, second):
        data = '{"@context":"https://schema.org","@type":"NewsArticle","headline":"HARM","author":{"@type":"Person","name":"HARM"},"publisher":{"@type":"Organization","name":"HARM"}}'
        data = data.replace("HARM", HARM.replace('"', '\\"').replace("</", "<\\/"))
        return f"""<!doctype html><html lang="en&quot;{ESCAPED}" dir="{ESCAPED}"><head><meta charset="utf-8"><title>{ESCAPED} {first}</title>
<meta name="author" content="{ESCAPED}"><meta property="og:title" content="{ESCAPED} {first}"><meta property="og:site_name" content="{ESCAPED}"><meta property="og:locale" content="{ESCAPED}">
<meta property="article:published_time" content="{ESCAPED}"><meta property="article:tag" content="{ESCAPED}"><link rel="canonical" href="{here}/{name}?{ESCAPED}">
<script type="application/ld+json">{data}</script><base href="javascript:window.harmed=1//"><meta http-equiv="refresh" content="0;url=javascript:window.harmed=1"></head>
<body onload="window.harmed = 1"><article><h1>{ESCAPED} {first}</h1><p class="byline">By {ESCAPED}</p><p>PYONGYANG, March 2 ({ESCAPED}) — {first}, the ministry said. {ESCAPED}</p>
<p>{second}, the ministry said. {ESCAPED}</p><p><b onclick="window.harmed = 1" dir="rtl" lang="{ESCAPED}">Both sides</b> <a href="javascript:window.harmed=1">spoke</a> of more trade between Russia and North Korea. {HARM}</p></article>
<aside>{HARM}</aside></body></html>"""


class Markup(RunningConsole):
    """What was taken in."""

    def setUp(self):
        self.site = self.serve(HarmfulPress)
        quoted = HARM.replace('"', '\\"').replace("\u202e", "\\u202e").replace("\u2066", "\\u2066")
        self.configure(f'[[feed]]\nurl = "{self.site}/rss"\nname = "{quoted}"\ntags = ["{quoted}"]\n[[feed]]\nurl = "{self.site}/lost?{quoted.replace(" ", "")[:40]}"\n')
        self.arguments = ("--record", self.folder / "pages.warc")
        self.start()

    def test_markup_in_every_field_is_text_on_every_page(self):
        page = self.page(self.base)
        of = lambda path: page.request.get(path).json()
        for _ in range(600):
            articles, rejects, waiting = of("/v1/articles")["articles"], of("/v1/rejects")["rejects"], of("/v1/waiting")["waiting"]
            if len(articles) > 1 and len(rejects) > 1 and waiting and of("/v1/stories")["stories"]:
                break
            page.wait_for_timeout(200)
        else:
            self.fail(f"not all was taken in: {articles} {rejects} {waiting}")
        ids = [article["article"] for article in articles]
        feeds = [feed["id"] for feed in of("/v1/feeds")]
        entities = {entity["id"] for article in articles for entity in article["entities"]}
        paths = ["/", "/?by=topic", "/live", "/live?kind=health", "/articles", "/articles?q=script", "/stories", "/feeds", "/feeds?state=failing", "/rejects", "/rejects?order=newest", "/judge", "/judge?of=articles",
                 "/waiting", "/journal", "/sinks", "/sites", "/search?q=script", f"/search?q={self.site}/lost", f"/search?q={self.site}/never"]
        paths += [f"/articles/{one}" for one in ids] + [f"/articles/{one}/reading" for one in ids] + [f"/feeds/{one}" for one in feeds] + [f"/feeds/{one}/remove" for one in feeds]
        paths += [f"/rejects/{reject['sequence']}" for reject in rejects] + [f"/stories/{story['story']}" for story in of("/v1/stories")["stories"]] + [f"/entities/{one}" for one in sorted(entities)]
        for path in paths:
            with self.subTest(path):
                page.goto(path)
                page.wait_for_load_state()
                self.assertIsNone(page.evaluate("window.harmed ?? null"))
                self.assertEqual(page.locator("main img, main svg[onload], main [onerror], main [onclick], main script, main a[href^='javascript' i]").count(), 0)
                said = page.locator("main").inner_text()
                self.assertNotIn("\u202e", said)
                self.assertNotIn("\u2066", said)
                self.assertEqual([frame.evaluate("window.harmed ?? null") for frame in page.frames], [None] * len(page.frames))
                self.assert_sound(page, path)
        # What is told of it is told as what it is.
        page.goto(f"/articles/{ids[0]}")
        expect(page.locator("main")).to_contain_text("<script>window.harmed = 1</script>")


if __name__ == "__main__":
    unittest.main()
