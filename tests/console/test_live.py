"""The console over a running daemon: events as they come, a feed that is worked with, a daemon that goes and comes back, log-ins."""

import subprocess
import unittest

from browser import BINARY, ENVIRONMENT, expect
from running import Answering, RunningConsole

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body><article><h1>{title}</h1>
<p>Russia and North Korea signed an agreement on bridge number {number} over the Tumen river on Monday, the Russian transport ministry said.</p>
<p>Kim Jong Un received the Russian delegation in Pyongyang before the signing of text {number}, and both sides spoke of more trade.</p>
<p>Russian engineers will begin with pier {number} in the autumn, and North Korean workers are to build the southern half.</p></article></body></html>"""


class Site(Answering):
    """A feed whose articles are numbered through."""

    articles = 1
    is_gone = False

    def do_GET(self):
        here = f"http://{self.headers['Host']}"
        if self.path == "/rss" and Site.is_gone:
            self.send_error(410)
        elif self.path == "/rss":
            items = "".join(f"<item><guid>{here}/{n}</guid><title>{title(n)}</title><link>{here}/{n}</link></item>"
                            for n in range(Site.articles, 0, -1))
            self.answer("application/rss+xml", f"<rss version='2.0'><channel><title>Bridges</title>{items}</channel></rss>")
        elif self.path[1:].isdigit():
            self.answer("text/html", PAGE.format(title=title(int(self.path[1:])), number=self.path[1:]))
        else:
            self.send_error(404)


def title(number):
    # Each of the first paragraphs differs, and so do headlines: none is a copy of another.
    return f"&lt;b&gt;Russia&lt;/b&gt; and North Korea agree on bridge number {number}" if number == 2 else \
        f"Russia and North Korea agree on bridge number {number}"


class Running(RunningConsole):
    def setUp(self):
        Site.articles, Site.is_gone = 1, False
        site = self.serve(Site)
        # Two, since the last feed that is polled cannot be paused.
        self.configure(f'[[feed]]\nurl = "{site}/rss"\nname = "Bridges"\n[[feed]]\nurl = "{site}/nothing"\nname = "Nothing"\n')
        self.start()

    def open_feed(self):
        page = self.page(self.base)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto("/feeds")
        with page.expect_navigation():
            page.get_by_role("link", name="Bridges").click()
        return page

    def ask_now(self, page, articles):
        Site.articles = articles
        with page.expect_navigation():
            page.get_by_role("button", name="Poll now").click()
        expect(page.get_by_role("status")).to_contain_text("The feed is polled now")

    def test_events_come_by_themselves_wait_while_held_and_go_on_after_the_daemon_was_away(self):
        live = self.page(self.base)
        # The way to it is typed: words and kind stay in the address, which may be kept.
        live.goto("/live")
        live.get_by_role("searchbox", name="Words").fill("bridge")
        with live.expect_navigation():
            live.keyboard.press("Enter")
        with live.expect_navigation(url="**/live?kind=article&q=bridge"):
            live.get_by_role("link", name="articles", exact=True).click()
        row = lambda number: live.locator("#live li", has_text=f"bridge number {number}")
        row(1).wait_for()
        feed = self.open_feed()
        self.ask_now(feed, 2)
        row(2).wait_for()
        self.assertEqual(live.locator("#live b").count(), 0, "a headline is text")
        state = live.locator("#live-state")
        live.keyboard.press("p")
        expect(state).to_have_text("Paused")
        self.ask_now(feed, 3)
        expect(state).to_have_text("Paused; 1 more")
        self.assertEqual(row(3).count(), 0)
        live.keyboard.press("p")
        row(3).wait_for()
        # The daemon goes and comes back below the open page.
        self.stop()
        expect(state).to_contain_text("The connection broke")
        self.start()
        expect(state).to_have_text("Live")
        feed = self.open_feed()
        self.ask_now(feed, 4)
        row(4).wait_for()
        self.assertEqual([row(number).count() for number in (1, 2, 3, 4)], [1, 1, 1, 1], "none is lost, none comes twice")

    def test_a_feed_is_paused_and_resumed_with_two_tabs_open(self):
        one, other = self.open_feed(), self.open_feed()
        one.get_by_role("button", name="Pause").click()
        expect(one.get_by_role("status")).to_contain_text("The feed is paused")
        self.assert_sound(one, "a paused feed")
        self.assertIn("enabled = false", (self.folder / "feeds.toml").read_text())
        # The other tab still shows the old state: what it asks for is refused in words.
        other.get_by_role("button", name="Poll now").click()
        expect(other.locator("main")).to_contain_text("paused")
        one.get_by_role("button", name="Resume").click()
        expect(one.get_by_role("status")).to_contain_text("The feed is polled again")
        log = (self.folder / "log").read_text()
        self.assertRegex(log, r"a change is asked for in the console.*path=\"?/feeds/\w+/pause")
        self.assertRegex(log, r"what was asked for in the console is done.*path=\"?/feeds/\w+/pause")
        self.assertRegex(log, r"what was asked for in the console is not done.*path=\"?/feeds/\w+/poll.*status=409")

    def test_a_feed_that_was_gone_is_revived(self):
        page = self.open_feed()
        Site.is_gone = True
        with page.expect_navigation():
            page.get_by_role("button", name="Poll now").click()
        revive = page.get_by_role("button", name="Revive")
        self.until(page, lambda: revive.count() > 0)
        expect(page.locator("main")).to_contain_text("410")
        Site.is_gone, Site.articles = False, 2
        with page.expect_navigation():
            revive.click()
        expect(page.get_by_role("status")).to_contain_text("The feed counts as alive")
        self.until(page, lambda: page.get_by_text("bridge number 2").count() > 0)

    def until(self, page, there):
        """Loads a page again until it has what is waited for."""
        for _ in range(300):
            if there():
                return
            page.wait_for_timeout(200)
            page.reload()
        self.fail(f"{page.url} does not come to that")

    def test_people_log_in_and_a_session_ends(self):
        added = subprocess.run([BINARY, "user", "add", "anna", "--role", "operate", "--config", self.config],
                               capture_output=True, text=True, env=ENVIRONMENT, check=True).stdout
        password = added.split("password: ")[1].strip()
        page = self.page(self.base)
        page.goto("/feeds")
        page.wait_for_url("**/login?next=%2Ffeeds")
        self.assert_sound(page, "log-in")
        self.type_into(page.get_by_label("Name"), "anna")
        page.keyboard.press("Tab")
        self.type_into(page.get_by_label("Password"), "not the password")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_text("Name or password is wrong.").wait_for()
        # The name stays, and the password is typed anew.
        expect(page.get_by_label("Name")).to_have_value("anna")
        self.type_into(page.get_by_label("Password"), password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/feeds")
        page.get_by_role("link", name="Bridges").click()
        expect(page.get_by_role("button", name="Pause")).to_be_visible()
        subprocess.run([BINARY, "user", "add", "anna", "--role", "read", "--config", self.config],
                       capture_output=True, env=ENVIRONMENT, check=True)
        page.reload()
        page.wait_for_url("**/login?next=**")
        self.assertNotIn(password, (self.folder / "log").read_text())


if __name__ == "__main__":
    unittest.main()
