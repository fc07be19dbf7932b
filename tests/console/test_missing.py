"""Why an expected article isn't there: for each kind of reason an operator finds it within three clicks, and by keys, in plain words."""

import re
import time
import unittest

from browser import expect
from running import Answering, RunningConsole

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body>
<nav><a href="/">Home</a></nav><h1>{title}</h1><article>{text}</article>{more}</body></html>"""
BRIDGE = (
    "Russia and North Korea signed an agreement on a road bridge over the Tumen river in Pyongyang on Monday, the Russian transport ministry said.",
    "North Korean leader Kim Jong Un received the Russian delegation before the signing, and both sides spoke of more trade across the border.",
    "The bridge is to be 850 metres long, and workers from North Korea will build the southern half of it, the ministry in Moscow said.",
)
GARDEN = (
    "The garden by the harbour opens again on Saturday after the winter, the town said on Monday.",
    "Volunteers planted four hundred roses along the path, and a gardener will show visitors around at noon.",
    "The café in the old greenhouse serves tea and cake until six, as it did last summer.",
)


def page(title, text, more=""):
    return PAGE.format(title=title, text="".join(f"<p>{part}</p>" for part in text), more=more)


class Site(Answering):
    """A site whose articles fail to arrive, each in a way of its own."""

    # What an entry is called, what its page answers, and the words that say why it is missing.
    KINDS = {
        "bridge": ("Russia and North Korea sign bridge agreement", lambda: page("Russia and North Korea sign bridge agreement", BRIDGE), None),
        "garden": ("Harbour garden opens", lambda: page("Harbour garden opens", GARDEN), "The article is not about the subject."),
        "copy": ("Pact on bridge is signed", lambda: page("Pact on bridge is signed", BRIDGE), "The article repeats the text of another"),
        "lost": ("The page that was lost", lambda: 404, "answered 404 Not Found"),
        "moody": ("The host in a mood", lambda: 500, "answered 500 Internal Server Error"),
        "closed/page": ("What robots may not read", lambda: page("What robots may not read", BRIDGE), "The host's robots.txt asks not to fetch the page."),
        "paid": ("A teaser", lambda: page("A teaser", BRIDGE[:1], "<div class=paywall><p>Subscribe to read on.</p></div>"),
                 "The page shows the opening of an article whose rest is paid for."),
        "wall": ("A check", lambda: page("Just a moment", ["Please verify that you are not a robot to continue."]), "The page checks whether the visitor is a robot."),
        "sport": ("SPORT: the final", lambda: page("SPORT: the final", BRIDGE), "The feed's options leave the entry out, by its title or its link."),
        "picture": ("A picture", lambda: "\0\1\2\3PNG\0\0", "The answer is no HTML."),
        "nothing": ("An empty page", lambda: "", "the answer is empty"),
    }
    # Those whose page may be there yet, and is asked for again.
    PUT_OFF = ("lost", "moody", "nothing")
    # The copy is announced once there is something that it repeats.
    is_copied = False

    def do_GET(self):
        here, name = f"http://{self.headers['Host']}", self.path[1:]
        if name == "rss":
            items = "".join(f"<item><title>{title}</title><link>{here}/{path}</link></item>" for path, (title, *_) in Site.KINDS.items()
                            if path != "copy" or Site.is_copied)
            self.answer("application/rss+xml", f"<rss version='2.0'><channel><title>Harbour News</title>{items}</channel></rss>")
        elif name == "robots.txt":
            self.answer("text/plain", "User-agent: *\nDisallow: /closed/\n")
        elif name in Site.KINDS:
            answer = Site.KINDS[name][1]()
            self.send_error(answer) if isinstance(answer, int) else self.answer("text/html", answer)
        else:
            self.send_error(404)


class Quiet(Answering):
    """The feed of another site, of which somebody has paused it."""

    def do_GET(self):
        self.answer("application/rss+xml", "<rss version='2.0'><channel><title>Quiet</title></channel></rss>")


class Missing(RunningConsole):
    def setUp(self):
        Site.is_copied = False
        self.site, self.quiet = self.serve(Site), self.serve(Quiet).replace("127.0.0.1", "localhost")
        self.configure(f'[[feed]]\nurl = "{self.site}/rss"\nname = "Harbour"\ndrop = ["^SPORT:"]\n[[feed]]\nurl = "{self.quiet}/rss"\nname = "Quiet"\nenabled = false\n',
                       '[stories]\ncopies = "drop"\n')
        self.start()

    def opened_when_all_ended(self):
        """A page of the console once each entry came to its end, or was put off."""
        page = self.page(self.base)
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if not Site.is_copied and page.request.get("/v1/articles").json()["articles"]:
                Site.is_copied = True
                page.goto("/feeds?q=Harbour")
                page.get_by_role("link", name="Harbour").click()
                with page.expect_navigation(url="**done=poll"):
                    page.get_by_role("button", name="Poll now").click()
            rejects = page.request.get("/v1/rejects?limit=100").json()["rejects"]
            waiting = page.request.get("/v1/waiting").json()["waiting"]
            put_off = [entry for entry in waiting if entry["attempts"] > 0]
            # The overview counts what happened a moment later.
            hours = page.request.get("/v1/activity").json()["hours"].values()
            is_counted = sum(sum(hour["rejects"].values()) for hour in hours) == len(rejects)
            if len(put_off) == len(Site.PUT_OFF) and len(rejects) + len(waiting) + 1 == len(Site.KINDS) and is_counted:
                return page
            page.wait_for_timeout(200)
        self.fail(f"not all came to an end: {rejects} {waiting}")

    def test_an_address_is_answered_by_keys_alone_whatever_became_of_it(self):
        page = self.opened_when_all_ended()
        for path, (title, _, why) in Site.KINDS.items():
            with self.subTest(path):
                page.goto("/")
                page.keyboard.press("/")
                self.type_into(page.get_by_role("searchbox"), f"{self.site}/{path}?utm_source=elsewhere")
                with page.expect_navigation():
                    page.keyboard.press("Enter")
                if why is None:
                    expect(page.get_by_role("heading", level=1)).to_have_text(title)
                    continue
                if path in Site.PUT_OFF:
                    expect(page.get_by_role("heading", level=1)).to_have_text("Announced, and not read yet")
                else:
                    expect(page.get_by_role("heading", level=1)).to_have_text("Announced, and not published")
                    page.keyboard.press("j")
                    expect(page.locator(".reject-row a.headline").first).to_be_focused()
                    with page.expect_navigation(url="**/rejects/*"):
                        page.keyboard.press("Enter")
                expect(page.locator("main")).to_contain_text(why)
                self.assert_sound(page, path)

    def test_the_overview_leads_to_each_reason_in_three_clicks(self):
        page = self.opened_when_all_ended()
        for path, (title, _, why) in Site.KINDS.items():
            if why is None or path in Site.PUT_OFF:
                continue
            with self.subTest(path):
                rejects = page.request.get("/v1/rejects?limit=100").json()["rejects"]
                reason = next(reject["reason"] for reject in rejects if reject["entry"]["title"] == title)
                page.goto("/")
                way = page.locator(f"a[href^='/rejects?reason={reason}&']")
                # What is rare stands on the page of all reasons.
                if not way.count():
                    with page.expect_navigation(url="**/rejects"):
                        page.get_by_role("link", name="All rejects").click()
                with page.expect_navigation(url=f"**/rejects?reason={reason}&since=*"):
                    way.click()
                with page.expect_navigation(url="**/rejects/*"):
                    page.get_by_role("link", name=title).click()
                expect(page.locator(".fault")).to_contain_text(why)
                expect(page.locator(".fault")).not_to_contain_text("`")

    def test_its_feed_leads_to_each_reason_in_three_clicks(self):
        page = self.opened_when_all_ended()
        for path, (title, _, why) in Site.KINDS.items():
            with self.subTest(path):
                page.goto("/")
                with page.expect_navigation():
                    page.get_by_role("navigation").get_by_role("link", name="Feeds").click()
                with page.expect_navigation():
                    page.get_by_role("link", name="Harbour").click()
                entry = page.get_by_role("region", name="What came of its entries").get_by_role("listitem").filter(has_text=title)
                if path in Site.PUT_OFF:
                    expect(entry).to_contain_text(f"put off: {why}")
                    continue
                with page.expect_navigation():
                    entry.get_by_role("link").click()
                expect(page.locator("main")).to_contain_text(why or "About the subject")

    def test_a_copy_that_was_dropped_leads_to_what_it_repeats(self):
        page = self.opened_when_all_ended()
        page.goto(f"/search?q={self.site}/copy")
        with page.expect_navigation():
            page.locator(".reject-row a.headline").click()
        with page.expect_navigation(url="**/articles/*"):
            page.locator(".fault").get_by_role("link").click()
        expect(page.get_by_role("heading", level=1)).to_have_text(Site.KINDS["bridge"][0])

    def test_what_no_feed_announced_is_told_with_how_the_feeds_of_its_site_are(self):
        page = self.opened_when_all_ended()
        for address, words in (
            (f"{self.site}/of-last-year", "is too old to be seen"),
            (f"{self.quiet}/today", "The feed of its site is paused"),
            ("https://elsewhere.example/today", "No feed of this site is configured"),
        ):
            with self.subTest(address):
                page.goto("/")
                page.get_by_role("searchbox").fill(address)
                with page.expect_navigation():
                    page.keyboard.press("Enter")
                expect(page.get_by_role("heading", level=1)).to_have_text("Never seen in any feed")
                expect(page.locator("main")).to_contain_text(words)
                self.assert_sound_in_both_widths(page, f"never seen {words}")
        # The feed that is paused is a click away, and so is going on with it.
        page.goto(f"/search?q={self.quiet}/today")
        with page.expect_navigation(url=re.compile("/feeds/.+")):
            page.get_by_role("link", name="Quiet").click()
        expect(page.get_by_role("button", name="Resume")).to_be_visible()


if __name__ == "__main__":
    unittest.main()
