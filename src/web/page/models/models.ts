// The tab of models: what can be played, how good each is, and bringing them in and out.

import "../parts/parts.css";
import "./models.css";
import { Desk } from "../desk";
import { button, el, Fault, keyedList, watchVisible, write } from "../parts/element";
import { jobsOf } from "../parts/jobs";
import { builtIn, Model, playModel, plays, readModels } from "../parts/models";
import { trashOf } from "../parts/trash";
import { ModelCard } from "./card";
import { uploadOf } from "./upload";

export function models(place: HTMLElement, desk: Desk): void {
  const jobs = jobsOf(desk);
  const list = el("ul", { class: "models-list" });
  const empty = el("p", { class: "empty", hidden: true },
    "No models of your own yet: train one, or bring one.");
  const fault = new Fault();
  const cards = new Map<string, ModelCard>();
  const show = keyedList<Model>(list, (model) => model.file, (model) => {
    const card = new ModelCard(desk, jobs, model);
    cards.set(model.file, card);
    return card;
  });
  // The one that comes with imps, which has no file and no card.
  const badge = el("span", { class: "badge badge-plays" }, "Plays now");
  const play = button("Play it", () => void fault.watch(() => playModel(desk, builtIn(desk.state?.dimension ?? 0))),
    { "aria-label": "Play the built-in model", title: "Swaps it in with no gap" });
  const dimension = el("p", { class: "quiet" });
  const own = el("div", { class: "card built-in" },
    el("div", { class: "model-head" }, el("h3", {}, "The built-in model"), badge), dimension,
    el("div", { class: "dos" }, play));
  const showBuiltIn = () => {
    const d = desk.state?.dimension ?? 0;
    const now = d !== 0 && plays(desk, { file: builtIn(d), playing: false });
    badge.hidden = !now;
    own.dataset.plays = String(now);
    play.disabled = now || d === 0;
    write(dimension, d === 0 ? "It comes with imps, and answers until you have one of your own. It is there once your first move has said how many controls you have."
      : `It comes with imps, for dimension ${d}.`);
  };
  showBuiltIn();
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
    if ("model" in changed || "dimension" in changed) showBuiltIn();
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
      uploadOf(read), fault.element, empty, list, own, trashOf(desk, "model")));
  place.append(page);
  watchVisible(page, (now) => {
    visible = now;
    if (visible && stale) read();
  });
}
