// What `imps evaluate --compare` found, in plain words.

import { el } from "../parts/element";

interface Difference {
  mean: number;
  lower: number | null;
  upper: number | null;
}
export interface Findings {
  dataset: { file: string; rows: number; takes: number };
  split: string;
  frames: number;
  models: { model: string; score: { bits: number; hold_bits: number } }[];
  comparisons: { model: string; less: string; bits: Difference }[];
}

/** This one is the last; the other, if there is one, the first. */
export function verdictOf(findings: Findings): HTMLElement {
  const fresh = findings.models[findings.models.length - 1];
  const bits = (value: number) => `${value.toFixed(2)} bits`;
  const table = (rows: [string, number][]) => {
    const most = Math.max(...rows.map((row) => row[1]), 0.001);
    return el("table", { class: "verdict-table" }, el("caption", { class: "unseen" }, "Bits a frame"), el("tbody", {}, ...rows.map(([name, value]) => {
      const bar = el("div", { class: "verdict-bar" });
      bar.style.width = `${Math.max(0, (100 * value) / most)}%`;
      return el("tr", {}, el("th", { scope: "row" }, name),
        el("td", { class: "verdict-bars", "aria-hidden": "true" }, bar),
        el("td", { class: "number" }, bits(value)));
    })));
  };
  const hold: [string, number] = ["Repeating the last frame", fresh.score.hold_bits];
  const ground = el("p", { class: "quiet" },
    `Bits a frame: how surprised it is by what you really played next; fewer is better. They count the steps of each fader, which the nats of a training do not. Judged by ${findings.frames.toLocaleString("en-GB")} frames of ${findings.dataset.file} (${findings.split}).`);
  const comparison = findings.comparisons[0];
  if (!comparison) {
    const saves = fresh.score.hold_bits - fresh.score.bits;
    return el("div", { class: "verdict" },
      el("p", { class: "verdict-words" }, saves > 0
        ? `This model needs ${bits(saves)} a frame fewer than repeating your last frame would.`
        : "This model guesses no better than repeating your last frame would. More takes may help."),
      table([["This model", fresh.score.bits], hold]), ground);
  }
  const { mean, lower, upper } = comparison.bits;
  const known = lower !== null && upper !== null;
  const certain = known && (lower > 0 || upper < 0);
  const size = bits(Math.abs(mean));
  const words = known && !certain
    ? `Which is better cannot be told from so few frames: this model needs ${size} a frame ${mean < 0 ? "fewer" : "more"}, and chance could make as much. Let your ears decide.`
    : mean < 0 ? `This model knows better what you play next: ${size} a frame fewer.`
    : mean > 0 ? `This model knows less well what you play next: ${size} a frame more.`
    : "The two are equally good.";
  // Nobody is helped by the better of two that both guess.
  const advice = fresh.score.bits > fresh.score.hold_bits
    ? " Yet repeating your last frame would do better than this model does: it had too little to learn from. Record more, with every control, and train again."
    : "";
  const range = known && !certain
    ? `The difference lies between ${Math.abs(lower).toFixed(2)} fewer and ${Math.abs(upper).toFixed(2)} more in 95 of 100 such recordings.`
    : known
    ? `The difference lies between ${Math.min(Math.abs(lower), Math.abs(upper)).toFixed(2)} and ${Math.max(Math.abs(lower), Math.abs(upper)).toFixed(2)} in 95 of 100 such recordings.`
    : "There is too little to judge by to say how sure that is.";
  return el("div", { class: "verdict" },
    el("p", { class: "verdict-words" }, words + advice),
    table([["This model", fresh.score.bits], ["The other one", findings.models[0].score.bits], hold]),
    el("p", { class: "quiet" }, `${range} `, ground.textContent));
}
