// The tab of training: choose, watch it learn, and judge what came of it. Everything shown here is
// read from the jobs, so a page that is closed and opened again shows the same.

import "../parts/parts.css";
import "./train.css";
import { Desk } from "../desk";
import { el, freshId, put, write } from "../parts/element";
import { Job, jobsOf } from "../parts/jobs";
import { comparedNow } from "../parts/models";
import { Strip } from "../parts/strip";
import { fileName } from "../parts/words";
import { Compare } from "./compare";
import { Curve } from "./curve";
import { formOf } from "./form";
import { unfinishedOf } from "./unfinished";

export function train(place: HTMLElement, desk: Desk): void {
  const jobs = jobsOf(desk);
  const strip = new Strip("Training", jobs, "Stop and keep the best");
  const curve = new Curve();
  const compare = new Compare(desk, jobs);
  // Until there is something to show.
  curve.element.hidden = true;
  const lines = el("pre", { class: "lines", tabindex: 0, "aria-label": "What training said" });
  const said = el("details", {}, el("summary", {}, "What it said"), lines);
  const which = el("select", { id: freshId("which"), onchange: () => show() });
  const earlier = el("div", { class: "dos" }, el("label", { for: which.id, class: "quiet" }, "Training"), which);
  const title = el("h2", {}, "Last training");
  const last = el("section", { class: "part" }, title, earlier, strip.element, curve.element, said);
  const none = el("p", { class: "empty" }, "Nothing is being trained. A few minutes of takes make a model.");

  const trainings = () => jobs.list.filter((job) => job.kind === "train");
  let newest = "";
  let known = false;
  let turn = 0;

  const show = () => {
    const all = trainings();
    const chosen = all.find((job) => job.id === which.value) ?? all[0];
    last.hidden = !chosen;
    none.hidden = !!chosen;
    if (!chosen) {
      compare.show(comparedNow());
      return;
    }
    const mine = ++turn;
    jobs.whole(chosen).catch(() => chosen).then((whole) => {
      if (mine !== turn) return;
      curve.update(whole);
      // While one learns, nothing is judged but what is asked for.
      const made = whole.state === "running" ? "" : whole.result?.model;
      compare.show(comparedNow() ?? (typeof made === "string" ? fileName(made) : null));
      write(lines, whole.lines.join("\n"));
      said.hidden = whole.lines.length === 0;
    });
    write(title, chosen.state === "running" ? "Training now" : chosen === all[0] ? "Last training" : "An earlier training");
    strip.update(chosen);
  };

  const name = (job: Job, number: number) => `${number}. ${job.words}${job.state === "running" ? "" : ` (${job.state})`}`;
  jobs.on(() => {
    const all = trainings();
    const chosen = which.value;
    const options = all.map((job, k) => el("option", { value: job.id }, name(job, all.length - k)));
    const unchanged = options.length === which.options.length
      && options.every((option, k) => option.text === which.options[k].text && option.value === which.options[k].value);
    if (!unchanged) put(which, ...options);
    // One that has just begun is what one wants to see.
    const began = all[0] && all[0].id !== newest;
    newest = all[0]?.id ?? "";
    which.value = began ? newest : chosen || newest;
    if (began && known && comparedNow() !== null) history.replaceState(null, "", "#train");
    known = jobs.isRead;
    earlier.hidden = all.length < 2;
    show();
  });

  place.append(el("div", { class: "tab-page train" },
    el("section", { class: "part" },
      el("h2", {}, "Train"),
      el("p", { class: "lead" }, "A model that answers as you play, made from your takes. You can go on playing meanwhile."),
      formOf(desk, jobs)),
    el("section", { class: "part" }, unfinishedOf(desk, jobs), none, last, compare.element)));
  addEventListener("hashchange", () => {
    if (comparedNow() === null) return;
    show();
    compare.element.scrollIntoView({ block: "nearest" });
  });
}
