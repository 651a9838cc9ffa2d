// A training that was stopped, or ended with imps: what it has found so far is a model, and it can
// go on where it was.

import { Desk } from "../desk";
import { button, el, Fault, write } from "../parts/element";
import { Jobs } from "../parts/jobs";
import { readModels } from "../parts/models";

export function unfinishedOf(desk: Desk, jobs: Jobs): HTMLElement {
  const words = el("p");
  const fault = new Fault();
  const goOn = button("Go on with it", () => void fault.watch(() => jobs.start("train", { resume: true })), {
    title: "imps train --resume",
  });
  const element = el("div", { class: "card unfinished", hidden: true }, words, el("div", { class: "dos" }, goOn), fault.element);

  const read = async () => {
    const runs = jobs.list.some((job) => job.kind === "train" && job.state === "running");
    const trained = (await readModels(desk)).filter(({ card }) => card?.date && card.ending)
      .sort((a, b) => String(b.card?.date).localeCompare(String(a.card?.date)));
    const newest = trained[0];
    element.hidden = runs || newest?.card?.ending !== "stopped";
    if (!element.hidden) {
      write(words, `The training of ${newest.file} was stopped early: it is the best that was found by then.`);
    }
  };
  const look = () => void read().catch((error: unknown) => fault.say(error));
  desk.on("changed", (what) => {
    if (what === "models") look();
  });
  let known = "";
  jobs.on(() => {
    const now = jobs.list.filter((job) => job.kind === "train").map((job) => job.id + job.state).join();
    if (now !== known || known === "") look();
    known = now;
  });
  return element;
}
