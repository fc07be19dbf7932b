"""Every page of the console over the recorded day: in both schemes and widths, by mouse and by keyboard, without scripts."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from browser import BINARY, DESK, ENVIRONMENT, PHONE, REPOSITORY, Browsing, expect


# What can be worked with, numbered in its order; and the numbers of all that takes the focus. What a picture shows stands beside it, too.
CONTROLS = """() => {
  const controls = [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter((control) => control.checkVisibility() && !control.disabled && control.type !== "hidden");
  controls.forEach((control, number) => { control.dataset.control = number; });
  return controls.filter((control) => control.tabIndex >= 0).map((control) => control.dataset.control);
}"""
# Those of them that something else lies over, but for a bar, over which its parts lie: each leads to a part of the same. The first way of a page, past its head, shows itself where it has the focus.
COVERED = """() => [...document.querySelectorAll("[data-control]:not(.skip)")].filter((control) => {
  control.scrollIntoView({ block: "center" });
  const place = control.getClientRects()[0];
  const there = document.elementFromPoint(place.x + place.width / 2, place.y + place.height / 2);
  if (there?.closest(".plot a")?.getAttribute("href").startsWith(`${control.getAttribute("href")}&`)) return false;
  return !control.contains(there) && !control.closest("label")?.contains(there);
}).map((control) => control.outerHTML.slice(0, 200))"""
# The number of what has the focus, whether that is seen, and what it is.
FOCUSED = """() => {
  const focused = document.activeElement, style = getComputedStyle(focused);
  const is_seen = focused.dataset.control === undefined || style.outlineStyle !== "none" || style.boxShadow !== "none";
  return [focused.dataset.control, is_seen, focused.outerHTML.slice(0, 200)];
}"""


class Demo(Browsing):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        log = tempfile.TemporaryFile("w+")
        cls.addClassCleanup(log.close)
        demo = subprocess.Popen([BINARY, "demo", "--speed", "100000"], stdout=log, stderr=subprocess.DEVNULL,
                                stdin=subprocess.DEVNULL, env=ENVIRONMENT)
        cls.addClassCleanup(demo.wait, 30)
        cls.addClassCleanup(demo.send_signal, signal.SIGINT)
        deadline, told = time.monotonic() + 120, ""
        while "The day is over" not in told:
            if time.monotonic() > deadline or demo.poll() is not None:
                raise AssertionError(f"the day did not end: {told}")
            time.sleep(0.2)
            log.seek(0)
            told = log.read()
        cls.base = re.search(r"http://127\.0\.0\.1:\d+", told).group()
        cls.config = re.search(r"--config (\S+)", told).group(1)
        cls.paths = cls.found_paths()

    @classmethod
    def found_paths(cls):
        """The pages, each by a way that a visitor goes."""
        with cls.browser.new_context(base_url=cls.base) as context:
            page = context.new_page()
            page.goto("/")
            # The story that most sources tell, and the last of its reports.
            story = page.locator(".story-row a.headline").first.get_attribute("href")
            page.goto(story)
            article = page.locator(".reports a").last.get_attribute("href")
            page.goto("/feeds?state=failing")
            feed = page.locator(".feed-row a.headline").first.get_attribute("href")
            page.goto("/rejects?reason=not_relevant")
            reject = page.locator(".reject-row a.headline").first.get_attribute("href")
            entity = page.request.get("/v1/articles?limit=1").json()["articles"][0]["entities"][0]["id"]
        return {"entity": f"/entities/{entity}", "reading": f"{article}/reading", "topics": "/?by=topic", "waiting": "/waiting",
                "address": "/search?q=https%3A%2F%2Fwire.example%2Fnothing.html", "past": "/live?kind=article&until=2026-03-02T09:00:00Z",
                "long": "/articles?q=" + 300 * "A", "reason": "/rejects?reason=cut", "reject": reject, "one topic": "/?by=topic&only=arms",
                "overview": "/", "live": "/live", "articles": "/articles", "stories": "/stories", "story": story,
                "article": article, "feeds": "/feeds", "feed": feed, "rejects": "/rejects",
                "judge": "/judge", "judge published": "/judge?of=articles", "add": "/feeds/add", "import": "/feeds/import",
                "sites": "/sites", "sinks": "/sinks", "journal": "/journal", "search": "/search?q=Pyongyang", "login": "/login", "week": "/stories?since=2026-02-23T00:00:00Z"}

    def test_every_page_is_sound_in_both_schemes_and_widths(self):
        for width, viewport in (("desk", DESK), ("phone", PHONE)):
            page = self.page(self.base, viewport)
            for name, path in self.paths.items():
                with self.subTest(page=name, width=width):
                    answer = page.goto(path)
                    self.assertEqual(answer.status, 200)
                    self.assert_sound_in_both_schemes(page, name, width)

    def test_every_page_of_an_error_is_sound_in_both_schemes_and_widths(self):
        for width, viewport in (("desk", DESK), ("phone", PHONE)):
            page = self.page(self.base, viewport)
            for path, status in (("/nothing", 404), ("/articles/nothing", 404), ("/rejects/0", 404), ("/articles?since=nothing", 400)):
                with self.subTest(page=path, width=width):
                    answer = page.goto(path)
                    self.assertEqual(answer.status, status)
                    expect(page.locator("a.skip")).to_have_attribute("href", "#main")
                    self.assert_sound_in_both_schemes(page, path, width)

    def test_an_analyst_gets_from_the_day_to_the_evidence_in_three_clicks(self):
        page = self.page(self.base)
        page.goto("/")
        page.get_by_role("region", name="Stories of the day").locator("a.headline").first.click()
        expect(page.locator("main")).to_contain_text("Independent sources")
        page.locator(".reports a").first.click()
        expect(page.locator(".text .m.name").first).to_be_visible()
        # A switch takes its marks away, and brings them back.
        background = "getComputedStyle(document.querySelector('.text .m.name')).backgroundColor"
        marked = page.evaluate(background)
        page.get_by_role("checkbox", name="Names").uncheck()
        self.assertNotEqual(page.evaluate(background), marked)
        page.get_by_role("checkbox", name="Names").check()
        self.assertEqual(page.evaluate(background), marked)

    def test_an_analyst_gets_from_what_happened_this_week_to_the_evidence_in_three_clicks(self):
        page = self.page(self.base)
        page.goto("/")
        stories = page.get_by_role("region", name="Stories of the day")
        for way, path in ((stories.get_by_role("link", name="Last week"), "**/stories?since=*"),
                          (page.locator(".story-row a.headline").first, "**/stories/*"), (page.locator(".reports a").first, "**/articles/*")):
            with page.expect_navigation(url=path):
                way.click()
        expect(page.get_by_role("region", name="About the subject").locator(".evidence").first).to_be_visible()
        # The times are told with what they lead to, and keep what else is asked for.
        page.goto("/stories?language=en")
        with page.expect_navigation():
            page.get_by_role("link", name="last week").click()
        expect(page.get_by_label("What is asked for")).to_contain_text("language: en")
        expect(page.get_by_role("navigation", name="From when on").locator("[aria-current]")).to_have_text("last week")

    def test_an_analyst_gets_from_the_day_to_the_evidence_by_two_keys_twice(self):
        page = self.page(self.base)
        page.goto("/")
        for path in ("**/stories/**", "**/articles/**"):
            # The first row, opened: the story that most sources tell, then its first report.
            page.keyboard.press("j")
            expect(page.locator("[data-row]").first).to_be_focused()
            with page.expect_navigation(url=path):
                page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="About the subject").locator(".evidence").first).to_be_visible()
        expect(page.locator(".text .m.name").first).to_be_visible()

    def test_an_operator_finds_by_keys_why_an_article_is_missing(self):
        page = self.page(self.base)
        page.goto("/")
        self.go_to(page, "r", "/rejects")
        # The third row: what the rows are headed by, and the page behind one.
        rows = page.locator(".reject-row a.headline")
        for place in range(3):
            page.keyboard.press("j")
            expect(rows.nth(place)).to_be_focused()
        title = rows.nth(2).inner_text()
        with page.expect_navigation(url="**/rejects/*"):
            page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        expect(page.locator("main")).to_contain_text("Not published: ")
        # From a feed, too: what came of each of its entries, with the reason.
        self.go_to(page, "f", "/feeds")
        page.keyboard.press("j")
        expect(page.locator(".feed-row a.headline").first).to_be_focused()
        with page.expect_navigation(url="**/feeds/*"):
            page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="What came of its entries")).to_be_visible()

    def test_an_operator_finds_why_an_article_is_missing_in_three_clicks(self):
        page = self.page(self.base)
        page.goto("/")
        with page.expect_navigation():
            page.get_by_role("link", name="not relevant").click()
        with page.expect_navigation():
            page.locator(".reject-row a.headline").first.click()
        expect(page.locator("main")).to_contain_text("not relevant")
        expect(page.locator(".reasons li").first).to_be_visible()

    def test_what_came_nearest_to_the_threshold_is_looked_at_first_and_the_newest_are_a_key_away(self):
        page = self.page(self.base)
        page.goto("/")
        self.go_to(page, "r", "/rejects")
        judged = page.get_by_role("region", name="Nearest to the threshold first").locator(".reject-row .aside b")
        scores = [float(score) for score in judged.all_inner_texts()]
        self.assertGreater(len(set(scores)), 1)
        self.assertEqual(scores, sorted(scores, reverse=True))
        for title in ("Newest first", "Nearest to the threshold first"):
            with page.expect_navigation():
                page.keyboard.press("o")
            expect(page.get_by_role("region", name=title, exact=True)).to_be_visible()
        with page.expect_navigation():
            page.get_by_role("link", name="Newest first", exact=True).click()
        # It stays, whatever else is asked for.
        page.get_by_role("searchbox", name="Words").fill("Pyongyang")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="Newest first")).to_be_visible()

    def test_a_reason_is_told_with_what_it_means(self):
        page = self.page(self.base)
        page.goto("/rejects")
        with page.expect_navigation():
            page.get_by_role("region", name="By reason").get_by_role("link", name="cut").click()
        expect(page.get_by_role("region", name="Newest first")).to_contain_text("The connection ended before the answer did.")

    def test_what_a_list_is_chosen_by_is_called_as_people_call_it(self):
        page = self.page(self.base)
        asked = page.get_by_label("What is asked for")
        page.goto("/rejects")
        with page.expect_navigation():
            page.get_by_role("region", name="By feed").get_by_role("link", name="odd.example/feed.xml").click()
        expect(asked).to_contain_text("feed: odd.example/feed.xml")
        page.goto(self.paths["entity"])
        name = page.locator("h1 bdi").inner_text()
        with page.expect_navigation():
            page.get_by_role("link", name="All articles").click()
        expect(asked).to_contain_text(f"entity: {name}")
        page.goto("/articles?q=Pyongyang&label=relevant")
        expect(asked).to_contain_text("words: Pyongyang")
        expect(asked).to_contain_text("verdict: relevant")

    def test_an_operator_pastes_the_address_of_what_is_missing_and_is_told_why(self):
        page = self.page(self.base)
        page.goto("/")
        # By keyboard alone: a key, the address, Enter.
        page.keyboard.press("/")
        self.type_into(page.get_by_role("searchbox"), "https://odd.example/missing.html?utm_source=elsewhere")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_role("heading", name="Announced, and not published").wait_for()
        expect(page.locator("main")).to_contain_text("http status")
        page.locator(".reject-row a.headline").first.click()
        expect(page.locator("main")).to_contain_text("at the stage fetch")
        # Who is called so has a page, and so has a feed.
        page.goto("/search?q=Pyongyang")
        with page.expect_navigation(url="**/entities/**"):
            page.get_by_role("region", name="Names").get_by_role("link", name="Pyongyang").first.click()
        page.goto("/search?q=odd")
        with page.expect_navigation(url="**/feeds/**"):
            page.get_by_role("region", name="Feeds").locator("a.headline").first.click()
        # By words of its title alone, too.
        page.goto("/")
        page.get_by_role("searchbox").fill("login affair")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        with page.expect_navigation():
            page.get_by_role("region", name="Not published").locator("a.headline").first.click()
        expect(page.locator("main")).to_contain_text("Not published: login")
        page.goto("/")
        page.get_by_role("searchbox").fill("https://wire.example/never.html")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.get_by_role("heading", name="Never seen in any feed").wait_for()
        # An address stands as it was asked for.
        expect(page.get_by_role("region", name="Never seen in any feed").locator("a.outside")).to_have_text("wire.example/never.html", use_inner_text=True)
        page.get_by_role("link", name="wire.example/en.xml").click()
        expect(page.get_by_role("heading", name="Its last polls")).to_be_visible()

    def test_what_is_found_shows_where_its_words_stand(self):
        page = self.page(self.base)
        for address in ("/articles?q=trains+sleeping&language=en", "/search?q=trains+sleeping"):
            page.goto(address)
            found = page.locator(".article-row").first.locator(".found")
            expect(found.locator("mark")).to_have_text(["train", "sleeping"])
            expect(found).to_contain_text("The first train is to leave")
        page.goto("/articles?language=en")
        expect(page.locator(".article-row").first).to_be_visible()
        expect(page.locator(".found")).to_have_count(0)

    def test_each_number_of_the_overview_leads_to_a_page_for_people(self):
        page = self.page(self.base)
        page.goto("/")
        numbers = page.locator(".figures a, .levels a, .heading a, .plot a, footer a")
        ways = {numbers.nth(at).get_attribute("href") for at in range(numbers.count())}
        self.assertGreaterEqual(len(ways), 15)
        for way in sorted(ways):
            with self.subTest(way):
                answer = page.goto(way)
                self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/html; charset=utf-8"))
                expect(page.locator("h1")).to_have_count(1)

    def test_a_voice_reader_is_told_what_each_page_is_made_of(self):
        page = self.page(self.base)
        for name, path in self.paths.items():
            with self.subTest(page=name):
                page.goto(path)
                # One main part with one heading of the first order, before all others, and whatever can be worked with has a name.
                expect(page.get_by_role("main")).to_have_count(1)
                expect(page.get_by_role("heading", level=1)).to_have_count(1)
                self.assertEqual(page.locator("main h1, main h2, main h3").first.evaluate("heading => heading.tagName"), "H1")
                for role in ("link", "button", "textbox", "searchbox", "combobox", "checkbox", "region", "navigation", "search"):
                    nameless = page.get_by_role(role, name=re.compile(r"^\s*$"))
                    self.assertEqual(nameless.evaluate_all("found => found.map(one => one.outerHTML.slice(0, 200))"), [], role)
                # Columns of tables are told by their heads.
                for table in page.locator("table").all():
                    self.assertGreater(table.locator("thead th[scope=col]").count(), 1)
        page.goto("/live")
        self.assertEqual(page.get_by_role("status").get_attribute("id"), "live-state")
        expect(page.get_by_role("list", name="Events, newest first")).to_have_attribute("aria-live", "polite")

    def test_an_analyst_gets_from_a_bar_of_the_week_to_whoever_is_named(self):
        page = self.page(self.base)
        page.goto("/")
        told = page.locator(".plot g title").first.text_content()
        bar = page.locator(".plot g a").first
        counted = int(re.search(r": (\d+) event", told).group(1))
        # Above its parts.
        bar.click(position={"x": bar.bounding_box()["width"] / 2, "y": 2})
        # The list has what the bar counts, or the part of it.
        expect(page.locator(".live [data-row]")).to_have_count(counted)
        page.go_back()
        counted = int(re.search(r"\nEnglish: (\d+)", told).group(1))
        page.locator(".plot g a + a").first.click()
        expect(page.locator(".live [data-row]")).to_have_count(counted)
        self.assertIn("language=en", page.url)
        page.locator(".live [data-row]").first.click()
        page.locator("[aria-labelledby=names-title] a.chip").first.click()
        page.wait_for_url("**/entities/**")
        expect(page.get_by_role("region", name="What it is called")).to_be_visible()
        self.assertGreater(page.get_by_role("region", name="Named with").locator("li").count(), 0)

    def test_each_day_of_a_week_has_its_part_of_the_axis_on_a_phone(self):
        page = self.page(self.base, PHONE)
        page.goto("/")
        week = """ticks => {
          while (ticks.children.length < 7) ticks.append(ticks.lastElementChild.cloneNode(true));
          return [...ticks.children].map((tick) => tick.getBoundingClientRect().width);
        }"""
        widths = page.locator(".ticks").evaluate(week)
        self.assertLess(max(widths) - min(widths), 1, widths)

    def test_an_edit_is_told_by_its_words(self):
        page = self.page(self.base)
        page.goto("/articles")
        with page.expect_navigation():
            page.locator(".article-row", has_text="revision 2").locator("a.headline").first.click()
        page.get_by_role("link", name="revision 2").click()
        revisions = page.get_by_role("region", name="Revisions")
        expect(revisions).to_be_in_viewport()
        self.assertGreater(revisions.locator("ins, del").count(), 0)

    def test_a_story_shows_who_was_first_and_what_joined_each_report(self):
        page = self.page(self.base)
        page.goto(self.paths["story"])
        self.assertGreater(page.locator(".chart circle").count(), 1)
        self.assertEqual(page.locator(".chart circle").count(), page.locator(".reports > li").count())
        # Voices are told a line of the picture in words, and each report once, in the order of arrival.
        expect(page.locator(".chart .name").first).to_contain_text(re.compile(r": \d+ reports, the first by .+ on 2 Mar \d\d:\d\d, the last by "))
        picture = page.get_by_role("region", name="Who first, and who after whom")
        expect(picture.get_by_role("link")).to_have_count(0)
        joined = page.get_by_role("region", name="What joined each report")
        joined.locator("summary").first.click()
        expect(joined.get_by_text("above 0 they tell one happening").first).to_be_visible()
        self.assertGreater(page.get_by_role("region", name="What happened to it").locator("li").count(), 0)

    def test_a_recorded_page_is_shown_and_asks_for_nothing(self):
        page = self.page(self.base)
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(self.paths["reading"])
        frame = page.frame_locator("iframe.recorded")
        expect(frame.locator("h1, p").first).to_be_visible()
        self.assertEqual([url for url in asked if not url.startswith(self.base)], [])
        self.assertEqual(frame.locator("script, img, link, a[href], form").count(), 0)
        # It is as dark as what is around it, or as light.
        for scheme, ink in (("dark", "rgb(255, 255, 255)"), ("light", "rgb(0, 0, 0)")):
            page.emulate_media(color_scheme=scheme)
            expect(frame.locator("body")).to_have_css("color", ink)
        expect(page.locator("main")).to_contain_text("Believed")

    def test_a_rule_is_tried_on_a_page_as_it_was_recorded(self):
        page = self.page(self.base)
        page.goto(self.paths["reading"])
        page.get_by_role("link", name="Try a site rule on it").click()
        page.get_by_label("Headline").fill("h1")
        with page.expect_navigation():
            page.get_by_role("button", name="Try").click()
        expect(page.locator("main")).to_contain_text("The page is from the recording, received")
        expect(page.get_by_role("region", name="By the rule", exact=True)).to_contain_text("Headline")
        self.assert_sound_in_both_widths(page, "recorded trial")

    def test_a_feed_leads_to_what_came_of_each_of_its_entries(self):
        page = self.page(self.base)
        page.goto("/feeds")
        page.get_by_role("link", name="odd.example/feed.xml").click()
        entries = page.get_by_role("region", name="What came of its entries")
        expect(entries).to_contain_text("not published: answered 404 Not Found")
        entries.get_by_role("link", name="the login affair").click()
        expect(page.get_by_role("heading", name="Russia and North Korea: the login affair")).to_be_visible()
        expect(page.locator("main")).to_contain_text("Not published: login")

    def test_each_list_can_be_had_in_other_forms_with_its_filter(self):
        page = self.page(self.base)
        for path, forms in (("/articles?language=ko", ("Atom", "CSV", "JSON")), ("/stories?language=ko", ("CSV", "JSON")),
                            ("/rejects?reason=not_relevant", ("CSV, the newest first", "JSON")), ("/live?language=ko", ("JSON lines", "CSV of the articles")),
                            ("/live?kind=reject", ("JSON lines",)), ("/live?kind=story", ("JSON lines",))):
            page.goto(path)
            for form in forms:
                link = page.get_by_label("The same in other forms").get_by_role("link", name=form, exact=True)
                href = link.get_attribute("href")
                self.assertIn(path.split("?")[1], href)
                self.assertTrue(page.request.get(href).ok, href)

    def test_a_list_that_is_paused_counts_all_that_came(self):
        page = self.page(self.base)
        events = "".join(f"id: {number}\nevent: reject\ndata: {{}}\n\n" for number in range(250))
        is_held = False
        page.route("**/v1/events?*", lambda route: route.fulfill(content_type="text/event-stream", body=events) if is_held else route.abort())
        page.goto("/live")
        page.evaluate("""() => {
          const state = document.getElementById("live-state");
          const note = () => { if (state.textContent === "Paused; 250 more") state.dataset.told = ""; };
          new MutationObserver(note).observe(state, { childList: true });
        }""")
        page.get_by_role("button", name="Pause").click()
        is_held = True
        expect(page.locator("#live-state[data-told]")).to_be_attached()

    def test_every_control_is_met_by_mouse_and_by_tab(self):
        for viewport in (DESK, PHONE):
            page = self.page(self.base, viewport)
            for name, path in self.paths.items():
                with self.subTest(page=name, width=viewport["width"]):
                    page.goto(path)
                    controls = page.evaluate(CONTROLS)
                    self.assertEqual(page.evaluate(COVERED), [], "nothing lies over what is to be clicked")
                    if viewport is PHONE:
                        continue
                    page.evaluate("scrollTo(0, 0)")
                    left = set(controls)
                    # Frames, and what scrolls, have the focus as well.
                    for _ in range(2 * len(controls) + 20):
                        page.keyboard.press("Tab")
                        control, is_seen, html = page.evaluate(FOCUSED)
                        self.assertTrue(is_seen, f"the focus is seen on {html}")
                        left.discard(control)
                        if not left:
                            break
                    self.assertEqual(left, set(), "every control has the focus once")

    def test_everything_goes_by_keyboard_alone(self):
        page = self.page(self.base)
        page.goto("/")
        page.keyboard.press("Tab")
        expect(page.locator("a.skip")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main")).to_be_focused()
        for key, path in (("l", "/live"), ("a", "/articles"), ("s", "/stories"), ("f", "/feeds"), ("r", "/rejects"), ("j", "/judge"),
                          ("w", "/sites"), ("k", "/sinks"), ("o", "/")):
            self.go_to(page, key, path)
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#keys")).to_be_hidden()
        page.goto("/feeds")
        rows = page.locator(".feed-row a.headline")
        for key, row in (("j", 0), ("j", 1), ("k", 0)):
            page.keyboard.press(key)
            expect(rows.nth(row)).to_be_focused()
        with page.expect_navigation(url=re.compile("/feeds/.+")):
            page.keyboard.press("Enter")
        with page.expect_navigation(url=self.base + "/feeds"):
            page.keyboard.press("u")
        # A list is come back to with what it was asked for, by key and by its link.
        page.goto("/articles?q=Pyongyang")
        page.keyboard.press("j")
        expect(page.locator(".article-row a.headline").first).to_be_focused()
        with page.expect_navigation(url=re.compile("/articles/.+")):
            page.keyboard.press("Enter")
        expect(page.locator("a[data-up]")).to_have_js_property("href", self.base + "/articles?q=Pyongyang")
        with page.expect_navigation(url=self.base + "/articles?q=Pyongyang"):
            page.keyboard.press("u")
        page.goto("/articles")
        with page.expect_navigation(url=re.compile("/articles/.+")):
            page.locator(".article-row a.headline").first.click()
        expect(page.locator("a[data-up]")).to_have_js_property("href", self.base + "/articles")
        page.keyboard.press("/")
        search = page.locator("#search")
        self.type_into(search, "g")
        # What is typed is no command.
        expect(search).to_have_value("g")

    def test_articles_are_judged_by_keys_alone_and_the_labels_are_read_by_what_fits_weights(self):
        page = self.page(self.base)
        page.goto("/judge")
        # By its address: the same headline stands over copies, too.
        asked = 'form[action^="/judge/"]:not([action$="/undo"])'
        judged = lambda: page.locator(asked).first.get_attribute("action")
        labels = lambda: page.request.get("/v1/labels?limit=1000").json()["labels"]
        kept = page.get_by_text("The label is kept")

        def press(key):
            with page.expect_navigation():
                page.keyboard.press(key)

        before = len(labels())
        first = judged()
        press("n")
        expect(kept).to_be_visible()
        self.assertNotEqual(judged(), first)
        press("u")
        self.assertEqual(judged(), first)
        self.assertEqual(len(labels()), before)
        press("j")
        self.assertNotEqual(judged(), first)
        press("k")
        self.assertEqual(judged(), first)
        for count, key in enumerate("nbn", before + 1):
            press(key)
            expect(kept).to_be_visible()
            self.assertEqual(len(labels()), count)
        # Each is taken back, the last first, and given anew.
        for count in (2, 1, 0):
            press("u")
            self.assertEqual(len(labels()), before + count)
        expect(kept).to_be_hidden()
        self.assertEqual(judged(), first)
        for key in "nbn":
            press(key)
        # What was published, without scripts: by buttons.
        page = self.page(self.base, scripts=False)
        page.goto("/judge?of=articles")
        for _ in range(3):
            with page.expect_navigation():
                page.get_by_role("button", name="Relevant").click()
        page.goto(self.paths["article"])
        page.get_by_role("button", name="Borderline").click()
        expect(page.get_by_role("button", name="Borderline")).to_have_attribute("aria-pressed", "true")
        exported = subprocess.run([BINARY, "labels", "export", "--config", self.config], capture_output=True, text=True,
                                  env=ENVIRONMENT, check=True).stdout
        lines = [json.loads(line) for line in exported.splitlines()]
        self.assertGreaterEqual(len(lines), 6)
        self.assertTrue(all(line["text"] and line["label"] in ("relevant", "not") for line in lines))
        self.assertEqual({line["borderline"] for line in lines}, {True, False})
        with tempfile.TemporaryDirectory() as folder:
            articles, evidence = Path(folder) / "labels.jsonl", Path(folder) / "evidence.jsonl"
            articles.write_text(exported)
            seen = lambda line: {"id": line["id"], "evidence": {"prior": 1.0, "pair": float(line["label"] == "relevant")}}
            evidence.write_text("".join(json.dumps(seen(line)) + "\n" for line in lines))
            fitted = subprocess.run([sys.executable, REPOSITORY / "tools" / "relevance" / "fit.py", articles, evidence, "--folds", "2"],
                                    capture_output=True, text=True)
        self.assertEqual(fitted.returncode, 0, fitted.stderr)
        self.assertIn("cross-validated over 2 parts", fitted.stdout)

    def test_a_key_that_is_held_or_pressed_twice_gives_one_label(self):
        page = self.page(self.base)
        page.goto("/judge?of=articles")
        given = []
        page.on("request", lambda request: given.append(request.url) if request.method == "POST" else None)
        with page.expect_navigation():
            page.keyboard.down("n")
        page.keyboard.down("n")
        page.keyboard.up("n")
        with page.expect_navigation():
            page.keyboard.press("u")
        self.assertEqual([url.endswith("/undo") for url in given], [False, True])
        # Again before the next page is there: what is taken back is still what was before the first.
        with page.expect_navigation():
            is_kept_back = page.evaluate("""() => {
              const told = [];
              addEventListener("submit", (event) => told.push(event.defaultPrevented));
              for (const _ of [1, 2]) document.querySelector("[data-key=b]").click();
              return told;
            }""")
        self.assertEqual(is_kept_back, [False, True])
        with page.expect_navigation():
            page.keyboard.press("u")

    def test_every_page_is_whole_without_scripts(self):
        page = self.page(self.base, scripts=False)
        for name, path in self.paths.items():
            with self.subTest(page=name):
                page.goto(path)
                self.assertTrue(page.locator("h1").first.is_visible(), name)
                self.assertGreater(len(page.locator("main").inner_text()), 20, name)

    def test_pages_are_small(self):
        page = self.page(self.base)
        for name, path in self.paths.items():
            body = page.request.get(path).body()
            self.assertLess(len(body), 200_000, name)


if __name__ == "__main__":
    unittest.main()
