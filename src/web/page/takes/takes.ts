// The tab of takes: everything that was played, to be heard again, trimmed, set aside or thrown
// away, and what a model would learn from it.

import "../parts/parts.css";
import "./takes.css";
import { Desk } from "../desk";
import { el, Fault, keyedList, watchVisible, write } from "../parts/element";
import { readTakes, Take } from "../parts/takes";
import { trashOf } from "../parts/trash";
import { counted, duration } from "../parts/words";
import { datasetOf } from "./dataset";
import { playback } from "./playback";
import { TakeItem } from "./take";

/** A take that is being recorded is read anew each time: not too often, on a small machine. */
const runningEveryMs = 5000;

export function takes(place: HTMLElement, desk: Desk): void {
  const list = el("ul", { class: "takes-list" });
  const sum = el("p", { class: "lead", hidden: true });
  const empty = el("p", { class: "empty", hidden: true },
    "There is no take here. Move a fader: imps writes down all that sounds.");
  const fault = new Fault();
  const show = keyedList<Take>(list, (take) => take.id, (take) => new TakeItem(desk, take));
  let visible = false;
  let stale = true;
  let timer = 0;

  const read = async () => {
    clearTimeout(timer);
    stale = false;
    let running = false;
    await fault.watch(async () => {
      const all = await readTakes(desk);
      running = all.some((take) => take.running);
      show(all);
      empty.hidden = all.length > 0;
      const kept = all.filter((take) => !take.set_aside);
      const seconds = kept.reduce((total, take) => total + take.seconds, 0);
      // What the model played is not learnt from.
      const moves = kept.reduce((total, take) => total + take.performer, 0);
      sum.hidden = all.length === 0;
      write(sum, all.length === 0 ? ""
        : `${counted(all.length, "take")}, ${duration(seconds)}, ${counted(moves, "move")} of yours to learn from`
          + (kept.length < all.length ? `, ${all.length - kept.length} set aside` : ""));
    });
    clearTimeout(timer);
    if (visible && running) timer = window.setTimeout(() => void read(), runningEveryMs);
  };
  const readWhenSeen = () => {
    stale = true;
    if (visible) void read();
  };
  desk.on("changed", (what) => {
    if (what === "takes") readWhenSeen();
  });
  desk.on("connected", (connected) => {
    if (connected) readWhenSeen();
  });

  const page = el("div", { class: "tab-page takes" },
    el("section", { class: "part" }, el("h2", {}, "Takes"), sum, fault.element, empty, list, trashOf(desk, "take")),
    datasetOf(desk));
  place.append(page);
  watchVisible(page, (now) => {
    visible = now;
    if (!visible) playback.stop();
    if (visible && (stale || list.querySelector("[data-running=true]"))) void read();
    if (!visible) clearTimeout(timer);
  });
}
