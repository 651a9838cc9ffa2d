#!/usr/bin/env python3
"""How soon the page is there, and whether it ever holds up a hand: in a real Chromium, over loopback.

    ./play --version                      # builds build/release/imps
    bench/web/page.py [--rounds 5] [--seconds 10]

Each round is a browser and an imps of its own. First paint is what the browser says (paint timing, from the start of
the navigation): of anything, and of the first text, which is the name; and when the faders are there to be
dragged, one frame after they were made. The browser has only just started, and has never drawn a letter;
so the page is opened once more at the end, as by somebody whose browser is open, in a cache that is empty again.
Long tasks are what it calls so: 50 ms and more on the page's thread, here from the first drag on,
while a hand plays, imps answers, and the synth sounds. Frames are those of requestAnimationFrame in that time.
Promised: paint within 300 ms, no long task.
"""
import argparse
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/web"))
from browser import Imps, open_browser  # noqa: E402
from selenium.webdriver.common.action_chains import ActionChains  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) longTasks.push([entry.startTime, entry.duration]);
}).observe({type: "longtask", buffered: true});
new MutationObserver((_, observer) => {
  if (!document.querySelector('.fader[role="slider"]')) return;
  observer.disconnect();
  requestAnimationFrame(() => setTimeout(() => window.fadersAt = performance.now()));
}).observe(document, {subtree: true, childList: true});
"""
COUNT = """
window.frames_ = {count: 0, from: performance.now()};
const next = () => { ++frames_.count; requestAnimationFrame(next); };
requestAnimationFrame(next);
"""


def paints(browser):
    """Milliseconds from the start of the navigation until anything is painted, the first text is, and the faders are."""
    return until(lambda: browser.execute_script(
        "const all = Object.fromEntries(performance.getEntriesByType('paint').map((one) => [one.name, one.startTime]));"
        "return 'first-contentful-paint' in all && window.fadersAt"
        "  ? [all['first-paint'], all['first-contentful-paint'], fadersAt] : null"))


def one(seconds):
    with tempfile.TemporaryDirectory(prefix="imps-page-") as folder:
        imps, browser = Imps(folder), open_browser()
        try:
            browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": WATCH})
            browser.get(imps.address)
            paint = paints(browser)
            loading = browser.execute_script("return longTasks.map(([, duration]) => duration)")
            browser.execute_script(COUNT)
            began = browser.execute_script("return performance.now()")
            cap = browser.find_elements(By.CSS_SELECTOR, ".fader .cap")[1]
            end = time.monotonic() + seconds
            while time.monotonic() < end:  # two seconds of a hand, and as much of an answer
                hand = ActionChains(browser, duration=16).move_to_element(cap).click_and_hold()
                for k in range(60):
                    hand.move_by_offset(0, -8 if k % 20 < 10 else 8)
                hand.release().perform()
                answer = time.monotonic() + 2
                until(lambda: time.monotonic() > answer)
            playing = browser.execute_script(
                "return longTasks.filter(([at]) => at > arguments[0]).map(([, duration]) => duration)", began)
            rate = browser.execute_script("return frames_.count / (performance.now() - frames_.from) * 1000")
            browser.get("about:blank")
            browser.execute_cdp_cmd("Network.clearBrowserCache", {})
            browser.get(imps.address)
            return paint, paints(browser), loading, playing, rate
        finally:
            browser.quit()
            imps.end()


def until(is_so, patience=20):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if value := is_so():
            return value
        time.sleep(0.02)
    raise SystemExit("the page did not come")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10)
    arguments = parser.parse_args()
    results = []
    for k in range(arguments.rounds):
        first, again, loading, playing, rate = one(arguments.seconds)
        words = [", ".join(f"{one:.0f}" for one in sorted(tasks)) or "none" for tasks in (loading, playing)]
        print(f"round {k + 1}: first paint {first[0]:.0f} ms, text {first[1]:.0f}, faders {first[2]:.0f}; opened again "
              f"{again[0]:.0f}, {again[1]:.0f}, {again[2]:.0f} ms; long tasks while loading, ms: {words[0]}; while playing: "
              f"{words[1]}; {rate:.0f} frames a second", flush=True)
        results.append((*first, *again, len(playing), rate))
    *first, _, rate = (statistics.median(column) for column in zip(*results))
    print(f"median: first paint {first[0]:.0f} ms, text {first[1]:.0f}, faders {first[2]:.0f}; opened again "
          f"{first[3]:.0f}, {first[4]:.0f}, {first[5]:.0f} ms; {sum(one[6] for one in results)} long tasks while playing in all, "
          f"{rate:.0f} frames a second")


if __name__ == "__main__":
    main()
