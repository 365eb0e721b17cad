from __future__ import annotations

import shutil

import pytest

from crisper import runs
from crisper_reports import render


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

IN_SIGHT = """() => {
    const row = document.querySelector("dialog .shows").getBoundingClientRect();
    const calls = document.querySelector("dialog .calls").getBoundingClientRect();
    return row.top >= calls.top && row.bottom <= Math.min(calls.bottom, innerHeight);
}"""

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser():
    """Start Chromium, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield found
        found.close()


@pytest.fixture(params=[1280, 390])
def opened(request, browser, like_real):
    """Open the page at one width, with all that it complained of and all that it asked for."""
    file = like_real.with_suffix(".html")
    file.write_text(render.html(runs.read(like_real)), encoding="utf-8")
    page = browser.new_page(viewport={"width": request.param, "height": 844})
    page.complaints, page.asked = [], []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.goto(file.as_uri())
    yield page
    page.close()


def test_the_page_never_scrolls_sideways(opened):
    """At a desk and on a phone, only what is wide scrolls within itself."""
    assert opened.viewport_size["width"] == opened.evaluate("document.documentElement.scrollWidth")


def test_the_page_is_quiet_and_alone(opened):
    """No complaint on the console, and no request but for the file itself."""
    opened.click("[data-cell='A6/consul-celery']")

    assert [] == opened.complaints
    assert [opened.url.split("#")[0]] == [each for each in opened.asked if not each.startswith("data:")]


def test_a_failing_cell_opens_its_ops_and_escape_closes_them(opened):
    """The Ops are one click away, the evidence marked and in sight; Escape gives the cell back its focus."""
    opened.click("[data-cell='A6/consul-celery']")
    dialog = opened.locator("dialog")
    shown = dialog.locator(".playing").first
    marked = shown.locator(".shows th").all_inner_texts()

    assert "wrote 2, read 1" in dialog.inner_text()
    assert ["23", "24", "31"] == [text.split()[0] for text in marked]
    assert opened.evaluate(IN_SIGHT)
    assert "199 more in the Run file" in shown.inner_text()

    opened.keyboard.press("Escape")

    assert not dialog.is_visible()
    assert "A6/consul-celery" == opened.evaluate("document.activeElement.dataset.cell")


def test_a_failure_can_be_reproduced_from_its_dialog(opened):
    """Script and command are one click further, and can be read without scrolling sideways."""
    opened.click("[data-cell='A6/consul-celery']")
    again = opened.locator("dialog .again").first
    again.locator("summary").click()

    assert "--seed 1 --backend consul-celery" in again.inner_text()
    assert "repro/A6-s.A6-kv-consul-celery.py" in again.inner_text()
    assert "import sys" in again.locator("pre").nth(1).inner_text()
    assert opened.viewport_size["width"] == opened.evaluate("document.documentElement.scrollWidth")


def test_a_cell_has_an_address(opened):
    """Somebody who is sent a link to a cell sees that cell."""
    opened.goto(f"{opened.url.split('#')[0]}#C2%2Fconsul-celery")
    opened.reload()

    assert "C2 · consul-celery" == opened.locator("#evidence-title").inner_text()


def test_hostile_values_stay_text(browser, run, made, tmp_path):
    """A value that is a script is shown in the Ops, and does not run."""
    play = made.play("A6", made.HOSTILE)
    op = made.op(1, made.HOSTILE, keys=[made.HOSTILE], output=made.HOSTILE, outcome="failed", error=made.HOSTILE)
    found = run(made.header([play]), made.history(play, [op]), made.verdict(play, "fail", made.HOSTILE, evidence=(1,)))
    file = tmp_path / "hostile.html"
    file.write_text(render.html(found), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.click("[data-cell]")

    assert "<script>window.hacked" in page.locator(".ops").inner_text()
    assert page.evaluate("window.hacked === undefined")


def test_survival_curves_are_read_at_any_width(opened):
    """Each curve is drawn in its own look within the page, with its figures beside or below it."""
    lines = opened.locator(".survival .line")
    strokes = {each.evaluate("line => getComputedStyle(line).stroke") for each in lines.all()}
    drawing = opened.locator(".survival").first.bounding_box()

    assert (5, 5) == (lines.count(), len(strokes))
    assert opened.viewport_size["width"] >= drawing["x"] + drawing["width"]
    assert "consul-celery" in opened.locator(".lives").first.inner_text()
