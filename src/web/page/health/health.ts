// The tab of health: is everything well, and if not, what to do. The checks are those of
// `imps doctor`; the rest is measured while one plays.

import "../parts/parts.css";
import "./health.css";
import { Desk } from "../desk";
import { el, Fault, keyedList, put, watchVisible, write } from "../parts/element";
import { Told, ToldLines } from "../parts/told";
import { count, counted } from "../parts/words";
import { Check, CheckItem } from "./checks";
import { Counts } from "./counts";
import { Histogram, Lateness } from "./lateness";

const everyMs = 5000;

export function health(place: HTMLElement, desk: Desk): void {
  const fault = new Fault();
  const sum = el("p", { class: "lead", role: "status" });
  const checks = el("ul", { class: "checks" });
  const showChecks = keyedList<Check>(checks, (check) => check.name, (check) => new CheckItem(check));
  const lateness = new Lateness();
  const counts = new Counts();
  const log = el("p", { class: "lead" });
  const lines = el("ol", { class: "told", tabindex: 0, "aria-label": "The last that imps told, newest first" });
  const nothing = el("p", { class: "empty" }, "Nothing yet.");
  let visible = false;
  let timer = 0;

  const read = async () => {
    clearTimeout(timer);
    await fault.watch(async () => {
      const found = await desk.get<{ checks: Check[]; lateness: Histogram | null }>("/health");
      const order = ["bad", "doubtful", "well"];
      showChecks([...found.checks].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state)));
      const wrong = found.checks.filter((check) => check.state !== "well").length;
      write(sum, wrong === 0 ? `All is well: ${counted(found.checks.length, "check")}.`
        : `${wrong} of ${counted(found.checks.length, "check")} ${wrong === 1 ? "wants" : "want"} a look.`);
      lateness.update(found.lateness ?? { edges_ms: [], counts: [] });
    });
    clearTimeout(timer);
    if (visible) timer = window.setTimeout(() => void read(), everyMs);
  };

  const showState = () => {
    const { state } = desk;
    if (!state || !visible) return;
    lateness.summarise(state.lateness);
    counts.update(state.counts);
    put(log, ...(state.log
      ? ["Writing ", el("code", {}, state.log.path),
        `: ${counted(state.log.rows, "row")}, ${state.log.unsynced === 0 ? "all safe on the disk."
          : `the last ${count(state.log.unsynced)} not yet safe on the disk.`}`]
      : [state.records ? "The first move begins a log." : "Nothing is logged."]));
  };
  desk.on("state", showState);

  const showTold = keyedList<Told>(lines, (one) => `${one.at} ${one.line}`, (one) => ({
    element: el("li", { "data-kind": one.kind },
      el("time", { class: "quiet" }, new Date(one.at).toLocaleTimeString("en-GB")),
      el("span", {}, one.kind === "warn" ? `⚠ ${one.line}` : one.line)),
    update: () => undefined,
  }));
  const told = new ToldLines(desk, (all) => {
    // Two alike in one millisecond have one line.
    showTold([...new Map(all.map((one) => [`${one.at} ${one.line}`, one])).values()]);
    nothing.hidden = all.length > 0;
    lines.hidden = all.length === 0;
  });

  const page = el("div", { class: "tab-page health" },
    el("section", { class: "part" }, el("h2", {}, "Health"), sum, fault.element, checks),
    el("div", { class: "health-two" }, lateness.element, counts.element),
    el("section", { class: "part" }, el("h2", {}, "Log"), log),
    el("section", { class: "part" }, el("h2", {}, "What imps told"), nothing, lines));
  place.append(page);
  watchVisible(page, (now) => {
    visible = now;
    clearTimeout(timer);
    told.visible(visible);
    if (!visible) return;
    void read();
    showState();
  });
}
