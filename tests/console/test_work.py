"""What an operator does in the console: feeds are added and taken in, rules tried and saved, sinks looked after. Whatever a feed or a
page says stays text meanwhile."""

import re
import time
import unittest

from browser import expect
from running import Answering, RunningConsole

HOSTILE = "&lt;script&gt;window.harmed = 1&lt;/script&gt;&quot;&gt;&lt;img src=x onerror=&quot;window.harmed = 1&quot;&gt;\u202e"
ARTICLE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{hostile}</title></head><body><article><h1>Russia and North Korea {hostile}</h1>
<p class="byline">{hostile}</p><p>Russia and North Korea signed an agreement on a bridge over the Tumen river on Monday, the Russian ministry said. {hostile}</p>
<p>Kim Jong Un received the Russian delegation in Pyongyang before the signing, and both sides spoke of more trade. {hostile}</p></article></body></html>"""


class News(Answering):
    """A site whose front page names two feeds, whose entries and pages are hostile."""

    def do_GET(self):
        here = f"http://{self.headers['Host']}"
        if self.path in ("/one", "/two", "/first"):
            items = "".join(f"<item><title>{HOSTILE} {n}</title><link>{here}/a/{n}</link></item>" for n in range(3))
            self.answer("application/rss+xml", f"<rss version='2.0'><channel><title>{HOSTILE}</title>{items}</channel></rss>")
        elif self.path == "/":
            self.answer("text/html", "<!doctype html><html><head><title>News</title>" + "".join(f"<link rel='alternate' type='application/rss+xml' href='/{name}'>" for name in ("one", "two")))
        elif self.path.startswith("/a/"):
            self.answer("text/html", ARTICLE.format(hostile=HOSTILE))
        else:
            self.send_error(404)

    def do_POST(self):
        self.send_error(500)


class Work(RunningConsole):
    def setUp(self):
        self.site = self.serve(News)
        self.configure(f'# Ours.\n[[group]]\nname = "hourly"\ninterval = "1h"\n[[feed]]\nurl = "{self.site}/first"\nname = "First"\n',
                       f'[[webhook]]\nname = "desk"\nurl = "{self.site}/hook"\nsecret = {{ file = "secret" }}\n')
        (self.folder / "secret").write_text("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
        (self.folder / "sites.toml").write_text("# By hand.\n")
        self.start()

    def opened(self, path, **options):
        page = self.page(self.base, **options)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(path)
        return page

    def assert_harmless(self, page, name):
        page.wait_for_load_state()
        self.assertIsNone(page.evaluate("window.harmed ?? null"), name)
        self.assertNotIn("\u202e", page.locator("main").inner_text(), name)
        self.assert_sound(page, name)

    def assert_harmless_in_both_widths(self, page, name):
        self.assert_harmless(page, name)
        self.assert_sound_in_both_widths(page, name)

    def test_a_feed_is_looked_at_added_sorted_and_taken_out(self):
        page = self.opened("/feeds")
        with page.expect_navigation():
            page.get_by_role("link", name="Add a feed").click()
        # By keyboard alone: the address has the focus.
        self.type_into(page.get_by_label("Address", exact=True), self.site)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_text("The site names several feeds").wait_for()
        self.assert_harmless(page, "several feeds")
        page.get_by_role("button", name=f"Preview {self.site}/one").focus()
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_role("heading", name="What it would bring").wait_for()
        self.assertGreater(page.get_by_text("would be published").count(), 0)
        self.assertNotIn("/one", (self.folder / "feeds.toml").read_text(), "nothing is saved by looking")
        self.assert_harmless_in_both_widths(page, "preview")
        # A group gives it options, which the look has, too.
        page.get_by_label("Group").select_option("hourly")
        with page.expect_navigation():
            page.get_by_role("button", name="Preview", exact=True).click()
        expect(page.get_by_role("region", name="What it would bring")).to_contain_text("With interval")
        # What its options leave out is not asked for.
        page.get_by_text("More options").click()
        page.get_by_label("Leave out entries").fill("/a/1$")
        with page.expect_navigation():
            page.get_by_role("button", name="Preview", exact=True).click()
        preview = page.get_by_role("region", name="What it would bring")
        expect(preview).to_contain_text("With interval, drop")
        expect(preview).to_contain_text("would not be published: its title or link matches")
        self.assert_sound_in_both_widths(page, "preview with options")
        page.get_by_label("Address", exact=True).fill(f"{self.site}/one")
        page.get_by_label("Name").fill("<b>One</b>")
        page.get_by_label("Tags").fill("sea, north")
        page.get_by_role("button", name="Add the feed").click()
        page.get_by_text("The feed is added").wait_for()
        self.assert_harmless(page, "a feed that was added")
        self.assertRegex((self.folder / "feeds.toml").read_text(), r'group = "hourly"[^\[]*tags = \["sea", "north"\]\ndrop = \["/a/1\$"\]')
        page.get_by_role("textbox", name="Tags").fill("south")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("status")).to_contain_text("name and tags stands in the feeds file")
        self.assertIn('tags = ["south"]', (self.folder / "feeds.toml").read_text())
        with page.expect_navigation():
            page.get_by_role("link", name="Remove the feed").click()
        self.assert_harmless_in_both_widths(page, "removal")
        self.assertEqual((self.folder / "feeds.toml").read_text().count("[[feed]]"), 2, "nothing is removed by asking")
        with page.expect_navigation(url=self.base + "/feeds"):
            page.get_by_role("button", name="Remove the feed").click()
        self.assertEqual((self.folder / "feeds.toml").read_text().count("[[feed]]"), 1)
        # An address that cannot be had is refused in words, and the form keeps what was written.
        page.goto("/feeds/add")
        page.get_by_label("Address", exact=True).fill(f"{self.site}/nothing")
        page.get_by_role("button", name="Preview", exact=True).click()
        page.get_by_text("cannot be had").wait_for()
        self.assertEqual(page.get_by_label("Address", exact=True).input_value(), f"{self.site}/nothing")
        log = (self.folder / "log").read_text()
        self.assertRegex(log, r"a change is asked for in the console.*path=\"?/feeds/add")

    def test_a_list_is_compared_then_taken_in_and_given_out(self):
        page = self.opened("/feeds/import")
        list_of = f'<opml><body><outline text="Sea"><outline text="{HOSTILE}" xmlUrl="{self.site}/one"/><outline xmlUrl="{self.site}/first"/>' \
                  '<outline xmlUrl="javascript:window.harmed = 1"/></outline></body></opml>'
        file = self.folder / "list.opml"
        file.write_text(list_of)
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name="Compare").click()
        expect(page.get_by_role("region", name="What it changes")).to_contain_text("1 new")
        self.assert_harmless(page, "a list")
        self.picture(page, "list", "light", "desk")
        self.assertNotIn("/one", (self.folder / "feeds.toml").read_text())
        page.get_by_role("button", name="Add 1 feed").click()
        page.get_by_text("1 feed is added").wait_for()
        self.assertIn("# Ours.", (self.folder / "feeds.toml").read_text())
        self.assertIn('category="Sea"', page.request.get("/v1/opml").text())
        # Without scripts it is pasted.
        page = self.opened("/feeds/import", scripts=False)
        page.get_by_label("The list").fill("<rss/>")
        page.get_by_role("button", name="Compare").click()
        expect(page.get_by_role("alert")).to_contain_text("not OPML")

    def test_a_rule_is_tried_beside_the_general_reading_then_saved_and_taken_out(self):
        page = self.opened("/sites")
        page.get_by_label("A page to try it on").fill(f"{self.site}/a/1")
        page.get_by_label("Text", exact=True).fill("p.byline")
        page.get_by_label("Headline").fill("h3")
        page.get_by_role("button", name="Try").click()
        page.get_by_text("Not found by the rule").wait_for()
        self.assert_harmless_in_both_widths(page, "trial")
        expect(page.get_by_role("region", name="Text: Without a rule")).to_contain_text("signed an agreement")
        page.get_by_role("button", name="Save the rule").click()
        page.get_by_text("The rule stands in the file").wait_for()
        self.assertRegex((self.folder / "sites.toml").read_text(), re.compile(r"# By hand\.\n.*\[\[site\]\].*p\.byline", re.S))
        # Without scripts it is asked, too.
        plain = self.opened("/sites", scripts=False)
        plain.get_by_role("link", name="Remove the rule for 127.0.0.1").click()
        plain.get_by_role("link", name="Leave it").click()
        plain.get_by_role("link", name="Remove the rule for 127.0.0.1").click()
        plain.get_by_role("button", name="Remove the rule").click()
        plain.get_by_text("The rule is taken out").wait_for()
        self.assertNotIn("[[site]]", (self.folder / "sites.toml").read_text())
        # A page that is pasted, and a selector that is none.
        page.get_by_label("A page to try it on").fill("https://news.example/1")
        page.get_by_text("Its HTML").click()
        page.get_by_label("HTML of the page").fill("<p>One.</p>")
        page.get_by_label("Text", exact=True).fill("p[")
        page.get_by_role("button", name="Try").click()
        expect(page.get_by_role("alert")).to_contain_text("p[")
        self.assert_harmless(page, "a selector that is none")

    def test_a_webhook_that_fails_is_told_with_what_it_said(self):
        page = self.opened("/sinks")
        page.get_by_text("desk").first.wait_for()
        deadline = time.monotonic() + 60
        while not page.get_by_text("failing").count() and time.monotonic() < deadline:
            page.wait_for_timeout(200)
            page.reload()
        expect(page.locator("main")).to_contain_text("500", timeout=1_000)
        self.assert_harmless(page, "sinks")
        page.goto("/sinks/desk")
        expect(page.locator("main")).to_contain_text("Nothing is given up")
        # The overview tells the cause at once, and leads to the page that tells what to do.
        page.goto("/")
        verdict = page.locator("section.verdict")
        expect(verdict).to_contain_text(re.compile(r"The webhook desk is \d+ events? behind: the receiver answers 500 Internal Server Error\."))
        with page.expect_navigation(url=self.base + "/sinks/desk"):
            verdict.get_by_role("link", name="The webhook desk").click()
        expect(page.get_by_role("heading", name="desk failing")).to_be_visible()
        expect(page.locator("main")).to_contain_text("To do: see that its receiver answers with 2xx")
        expect(page.get_by_role("region", name="How far it is")).to_contain_text(re.compile(r"Behind\s*\d+ events?"))


if __name__ == "__main__":
    unittest.main()
