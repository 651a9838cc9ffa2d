// What a model would learn from: the summary that `imps dataset` prints, and making the dataset.

import { Desk } from "../desk";
import { button, el, Fault, write } from "../parts/element";
import { Job, jobsOf } from "../parts/jobs";
import { Strip } from "../parts/strip";
import { linesOf, Summary } from "./summary";

export function datasetOf(desk: Desk): HTMLElement {
  const jobs = jobsOf(desk);
  const strip = new Strip("Collating the takes", jobs);
  const lines = el("pre", { class: "lines", tabindex: 0, hidden: true, "aria-label": "What the dataset is made of" });
  const stale = el("p", { class: "quiet", hidden: true }, "The takes have changed since.");
  const fault = new Fault();
  let shown: Job | undefined;

  const start = (dryRun: boolean) => void fault.watch(async () => {
    await jobs.startOnTakes("dataset", dryRun ? { "dry-run": true } : {});
    stale.hidden = true;
  });
  const look = button("See what is in it", () => start(true), { title: "imps dataset --dry-run" });
  const make = button("Make the dataset", () => start(false), { title: "imps dataset" });

  jobs.on(() => {
    shown = jobs.list.find((job) => job.kind === "dataset");
    const runs = shown?.state === "running";
    look.disabled = make.disabled = !!runs;
    strip.element.hidden = !shown || shown.state === "done";
    if (shown) strip.update(shown);
    // A new look leaves the last one standing until it has something to say.
    if (!shown || runs) return;
    jobs.whole(shown).then((job) => {
      const said = job.lines.map((line) => `  ${line}`);
      write(lines, [...(job.result ? linesOf(job.result as unknown as Summary) : []), ...said].join("\n"));
      lines.hidden = lines.textContent === "" || job.error !== null;
    }, (error) => fault.say(error));
  });
  desk.on("changed", (what) => {
    if (what === "takes" && shown) stale.hidden = false;
  });

  return el("section", { class: "part" },
    el("h2", {}, "Dataset"),
    el("p", { class: "lead" }, "What a model would learn from: all takes but those set aside."),
    el("div", { class: "dos" }, look, make),
    fault.element, strip.element, stale, lines);
}
