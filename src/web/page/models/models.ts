// The tab of models: what can be played, how good each is, and bringing them in and out.

import "../parts/parts.css";
import "./models.css";
import { Desk } from "../desk";
import { el, Fault, keyedList, watchVisible } from "../parts/element";
import { jobsOf } from "../parts/jobs";
import { Model, readModels } from "../parts/models";
import { trashOf } from "../parts/trash";
import { ModelCard } from "./card";
import { uploadOf } from "./upload";

export function models(place: HTMLElement, desk: Desk): void {
  const jobs = jobsOf(desk);
  const list = el("ul", { class: "models-list" });
  const empty = el("p", { class: "empty", hidden: true },
    "No models of your own yet: train one, or bring one. Until then a built-in one answers.");
  const fault = new Fault();
  const cards = new Map<string, ModelCard>();
  const show = keyedList<Model>(list, (model) => model.file, (model) => {
    const card = new ModelCard(desk, jobs, model);
    cards.set(model.file, card);
    return card;
  });
  let all: Model[] = [];
  let visible = false;
  let stale = true;

  const read = () => {
    stale = true;
    if (!visible) return;
    stale = false;
    void fault.watch(async () => {
      all = await readModels(desk);
      show(all);
      for (const file of cards.keys()) if (!all.some((model) => model.file === file)) cards.delete(file);
      empty.hidden = all.length > 0;
    });
  };
  desk.on("changed", (what) => {
    if (what === "models") read();
  });
  desk.on("connected", (connected) => {
    if (connected) read();
  });
  desk.on("state", (changed) => {
    if ("model" in changed) for (const card of cards.values()) card.showPlaying();
  });
  let evaluations = "";
  jobs.on(() => {
    for (const card of cards.values()) card.showConversion();
    // What an evaluation found stands on the cards.
    const done = jobs.list.filter((job) => job.kind === "evaluate" && job.result).map((job) => job.id).join(" ");
    if (done !== evaluations) {
      evaluations = done;
      show(all);
    }
  });

  const page = el("div", { class: "tab-page models" },
    el("section", { class: "part" }, el("h2", {}, "Models"),
      el("p", { class: "lead" }, "What answers you. Play one, and it takes over with no gap."),
      uploadOf(read), fault.element, empty, list, trashOf(desk, "model")));
  place.append(page);
  watchVisible(page, (now) => {
    visible = now;
    if (visible && stale) read();
  });
}
