"""What somebody sees who is called: a daemon that is not well, a webhook that gave events up, a story that dozens report."""

import re
import threading
import unittest
from http.server import ThreadingHTTPServer

from browser import expect
from running import Answering, RunningConsole

# Who tells it in words of their own, in what language, and how many repeat that.
TELLINGS = (
    ("Northern Wire", "en", 14, "Russia and North Korea sign agreement on bridge over Tumen river", (
        "Russia and North Korea signed an agreement on a road bridge over the Tumen river in Pyongyang on Monday, the Russian transport ministry said.",
        "North Korean leader Kim Jong Un received the Russian delegation before the signing, and both sides spoke of more trade across the border.",
        "The bridge is to be 850 metres long, and 200 North Korean workers will build the southern half, the ministry said.")),
    ("Tumen Daily", "en", 8, "Pyongyang and Moscow agree to build Tumen road bridge", (
        "Pyongyang and Moscow agreed on Monday to build a road bridge across the Tumen river, North Korean state media reported on Tuesday.",
        "Kim Jong Un told the visiting Russian transport minister that the Tumen bridge would carry trade between Russia and North Korea all year.",
        "According to the report, 300 workers from North Korea will take part, and the road bridge will be opened in two years.")),
    ("Сегодня", "ru", 6, "Россия и КНДР подписали соглашение о мосте через реку Туманная", (
        "Россия и КНДР подписали в понедельник в Пхеньяне соглашение о строительстве автомобильного моста через реку Туманная, сообщил минтранс.",
        "Лидер КНДР Ким Чен Ын перед подписанием принял российскую делегацию, стороны говорили о торговле.",
        "Длина моста составит 850 метров, южную половину построят 300 северокорейских рабочих.")),
    ("두만일보", "ko", 3, "러시아와 북한, 두만강 다리 건설 협정 서명", (
        "러시아와 북한이 월요일 평양에서 두만강 자동차 다리 건설 협정에 서명했다고 러시아 교통부가 밝혔다.",
        "김정은 국무위원장은 서명에 앞서 러시아 대표단을 만나 양국 무역을 논의했다.",
        "다리 길이는 850미터이며 북한 노동자 200명이 남쪽 절반을 건설한다.")),
)
PAGE = """<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title><meta property="og:site_name" content="{publisher}"></head>
<body><article><h1>{title}</h1>{text}</article></body></html>"""


def reports():
    """Who publishes what: those who tell, each followed by those who repeat it."""
    for teller, language, copies, title, text in TELLINGS:
        yield teller, language, title, text
        for number in range(copies):
            yield f"{teller} reprint {number + 1}", language, title, text


class Press(Answering):
    """One publisher of many: its page, and at the first of them the feed of all."""

    pages, feed = {}, ""

    def do_GET(self):
        port = self.server.server_port
        if self.path == "/rss":
            self.answer("application/rss+xml", Press.feed)
        elif self.path == "/report" and port in Press.pages:
            self.answer("text/html", Press.pages[port])
        else:
            self.send_error(404)

    def do_POST(self):
        self.send_error(503)


class Trouble(RunningConsole):
    def serve_press(self):
        """Serves each publisher at an address of its own, and gives that of the feed and the receiver."""
        items, Press.pages = [], {}
        for number, (publisher, language, title, text) in enumerate(reports(), 2):
            site = ThreadingHTTPServer((f"127.0.0.{number}", 0), Press)
            threading.Thread(target=site.serve_forever, daemon=True).start()
            self.addCleanup(site.server_close)
            self.addCleanup(site.shutdown)
            Press.pages[site.server_port] = PAGE.format(language=language, title=title, publisher=publisher, text="".join(f"<p>{part}</p>" for part in text))
            items.append(f"<item><title>{title}</title><link>http://127.0.0.{number}:{site.server_port}/report</link></item>")
        Press.feed = f"<rss version='2.0'><channel><title>Press</title>{''.join(items)}</channel></rss>"
        return self.serve(Press)

    def setUp(self):
        self.site = self.serve_press()
        self.configure(f'[[feed]]\nurl = "{self.site}/rss"\nname = "Press"\n[[feed]]\nurl = "{self.site}/nothing"\nname = "Nothing"\n',
                       f'[[webhook]]\nname = "desk"\nurl = "{self.site}/hook"\nfrom = "earliest"\nfilter = "kind=article"\ngive_up_after = "1s"\nsecret = {{ file = "secret" }}\n')
        (self.folder / "secret").write_text("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
        self.start()

    def until(self, page, path, there):
        """The page as soon as it has what is waited for, by being loaded again."""
        page.goto(path)
        for _ in range(300):
            if there(page):
                return
            page.wait_for_timeout(200)
            page.reload()
        self.fail(f"{path} does not come to that")

    def test_a_daemon_that_gave_events_up_says_so_once_and_leads_to_them(self):
        page = self.page(self.base)
        self.until(page, "/", lambda page: page.get_by_text(re.compile("has given .* up")).count() > 0)
        verdict = page.get_by_role("region", name="It works, but something is wrong")
        expect(verdict.get_by_text(re.compile("has given .* up"))).to_have_count(1)
        expect(verdict.locator("code").first).to_have_text("dateline webhook dead-letters desk")
        self.assert_sound_in_both_widths(page, "overview of trouble")
        with page.expect_navigation(url="**/sinks/desk"):
            verdict.get_by_role("link", name="What the webhook desk has given up").click()
        # Each is told by what it is about, and leads there.
        first = page.locator(".given-up > li").first
        expect(first).to_contain_text(re.compile("article.*the receiver answers 503", re.S))
        self.assert_sound_in_both_widths(page, "given up")
        with page.expect_navigation(url="**/articles/*"):
            first.locator("[data-row]").click()
        page.go_back()
        with page.expect_navigation(url="**/sinks/desk?again=1"):
            first.get_by_role("button", name="Try again").click()
        expect(page.get_by_role("status")).to_contain_text("1 event is tried again")
        page.goto("/sinks")
        self.assert_sound_in_both_widths(page, "sinks of trouble")

    def test_a_story_that_dozens_report_is_told_at_a_glance(self):
        page = self.page(self.base)
        dozens = page.locator(".story-row", has_text=re.compile(r"(1[5-9]|[2-9]\d) articles"))
        self.until(page, "/stories", lambda page: dozens.count() > 0)
        self.assert_sound_in_both_widths(page, "stories of dozens")
        with page.expect_navigation():
            dozens.locator("a.headline").first.click()
        # They count the workers differently, whichever came first.
        numbers = page.get_by_role("region", name="Numbers that differ")
        told = lambda page: all(numbers.get_by_text(number, exact=True).count() > 0 for number in ("200", "300"))
        self.until(page, page.url, told)
        reports = page.locator(".reports > li")
        expect(reports.filter(has_text="· first ·")).to_have_count(1)
        # Copies are many and say little: they stand together, closed.
        joined = page.get_by_role("region", name="What joined each report")
        expect(joined.get_by_text(re.compile(r"^\d+ copies$"))).to_be_visible()
        expect(joined.get_by_text("copies", exact=True).first).to_be_hidden()
        self.assert_sound_in_both_widths(page, "story of dozens")

    def test_the_keys_are_shown_by_a_key_and_by_pointer(self):
        page = self.page(self.base)
        page.goto("/")
        keys = page.get_by_role("dialog", name="Keys")
        page.keyboard.press("?")
        expect(keys).to_be_visible()
        expect(keys.get_by_role("button", name="Close")).to_be_focused()
        self.assert_sound_in_both_widths(page, "keys")
        page.keyboard.press("Escape")
        expect(keys).to_be_hidden()
        page.get_by_role("button", name="shows the keys").click()
        expect(keys).to_be_visible()


if __name__ == "__main__":
    unittest.main()
