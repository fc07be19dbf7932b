"""A browser that looks at the console: Debian's Chromium, driven by Playwright.

A test waits for the state that it needs, never for a time: what a page says by `expect`, a page that a click or a key leads to by
`page.expect_navigation()` (it ends when the page is loaded and its script hears keys), the focus by `type_into`.
"""

import functools
import os
import shutil
import unittest
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get("DATELINE_BIN", REPOSITORY / "target" / "debug" / "dateline"))
CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
# The program takes settings from DATELINE_* variables and refuses those it doesn't know; ours are not meant for it.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")}

PHONE, DESK = {"width": 360, "height": 740}, {"width": 1440, "height": 900}

# The longest wait for a state, in milliseconds: far more than it takes, since the machine may have other work.
PATIENCE = 60_000
# How many characters of a page stand below a failure.
MAX_TOLD = 3_000

try:
    from playwright.sync_api import Error as BrowserError, expect, sync_playwright
    expect.set_options(timeout=PATIENCE)
except ImportError:
    BrowserError = expect = sync_playwright = None


def missing():
    """What this machine lacks for these tests, for people; empty when nothing."""
    lacks = []
    if not CHROMIUM:
        lacks.append("chromium is not installed")
    if not sync_playwright:
        lacks.append("playwright is not installed")
    if not AXE.exists():
        lacks.append(f"{AXE} is missing: npm ci --prefix tests/console")
    if not BINARY.exists():
        lacks.append(f"{BINARY} is not built")
    return "; ".join(lacks)


class Browsing(unittest.TestCase):
    """Tests of one class share a browser; each has pages of its own, and fails where one complains. What fails tells what its pages say."""

    def __init__(self, name="runTest"):
        super().__init__(name)
        self.pages = []
        test = getattr(self, name)

        @functools.wraps(test)
        def telling():
            try:
                test()
            except Exception as failure:
                failure.add_note("\n".join(map(self.told_by, self.pages)))
                raise

        setattr(self, name, telling)

    @staticmethod
    def told_by(page):
        """Where a page is, what has the focus, and what it says."""
        try:
            focus = page.evaluate("document.activeElement?.outerHTML.slice(0, 200)")
            return f"-- {page.url}\n-- focus: {focus}\n{page.locator('main').inner_text(timeout=2_000)[:MAX_TOLD]}"
        except BrowserError as error:
            return f"-- {page.url} says nothing: {error.message}"

    @classmethod
    def setUpClass(cls):
        lacks = missing()
        if lacks:
            if os.environ.get("CI"):
                raise AssertionError(f"cannot run: {lacks}")
            raise unittest.SkipTest(lacks)
        playwright = sync_playwright().start()
        cls.addClassCleanup(playwright.stop)
        # The sandbox wants rights that a container hasn't; the pages are our own.
        cls.browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        cls.addClassCleanup(cls.browser.close)

    def page(self, base, viewport=None, scheme="light", scripts=True):
        """A page in a context of its own. What the browser complains of (a policy that is broken, a script that fails) is a failure."""
        context = self.browser.new_context(base_url=base, viewport=viewport or DESK, color_scheme=scheme,
                                           java_script_enabled=scripts, reduced_motion="reduce")
        self.addCleanup(context.close)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        self.pages.append(page)
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda message: page.complaints.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                and "ERR_CONNECTION" not in message.text else None)
        return page

    @staticmethod
    def type_into(field, text):
        """Types by keyboard alone, once the field has the focus by itself."""
        expect(field).to_be_focused()
        field.page.keyboard.type(text)

    def go_to(self, page, key, path):
        """Goes to a page by `g` and its key. A machine that stalls between the two makes two commands of them: then they are pressed again."""
        for _ in range(10):
            page.keyboard.press("g")
            page.keyboard.press(key)
            try:
                page.wait_for_url(self.base + path, timeout=PATIENCE / 10)
                return
            except BrowserError:
                pass
        self.fail(f"g and {key} do not lead to {path}")

    def assert_sound(self, page, name, rules=None):
        """Nothing hangs over the side, nothing complained, and axe finds nothing serious, by all of its rules or by those that are named."""
        page.wait_for_load_state()
        self.assertEqual(page.complaints, [], name)
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        self.assertLessEqual(width[0], width[1], f"{name} is wider than its window")
        if not page.evaluate("'axe' in window"):
            # Through the protocol, since the page's own policy lets no script in.
            page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": AXE.read_text()})
        options = {"resultTypes": ["violations"], "preload": False} | ({"runOnly": rules} if rules else {})
        found = page.evaluate("options => axe.run(document, options)", options)
        serious = [f"{finding['id']}: {finding['help']}: {finding['nodes'][0]['html'][:200]} {finding['nodes'][0]['failureSummary'][:300]}"
                   for finding in found["violations"] if finding["impact"] in ("serious", "critical")]
        self.assertEqual(serious, [], name)

    def assert_sound_in_both_schemes(self, page, name, width):
        """The same page in both: the scheme is a matter of colours alone, so that axe looks at nothing else the second time."""
        for scheme, rules in (("light", None), ("dark", ["color-contrast"])):
            page.emulate_media(color_scheme=scheme)
            self.assert_sound(page, f"{name} {scheme} {width}", rules)
            self.picture(page, name, scheme, width)
        page.emulate_media(color_scheme="light")

    def assert_sound_in_both_widths(self, page, name):
        """The page as it is, in both schemes and widths."""
        for width, viewport in (("phone", PHONE), ("desk", DESK)):
            page.set_viewport_size(viewport)
            self.assert_sound_in_both_schemes(page, name, width)

    def picture(self, page, name, scheme, width):
        """Pictures for a look, where CONSOLE_PICTURES names a folder; those of the documentation with CONSOLE_DOCS."""
        if folder := os.environ.get("CONSOLE_PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}-{scheme}-{width}.png", full_page=True)
        if os.environ.get("CONSOLE_DOCS") and (name, scheme, width) in (("overview", "light", "desk"), ("story", "dark", "desk")):
            page.screenshot(path=REPOSITORY / "docs" / "pictures" / f"console-{name}.png")
