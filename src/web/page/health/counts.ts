// What has come in and gone out, and what was dropped or refused: figures that ought to stand still
// are told apart from those that grow while one plays.

import { el, put } from "../parts/element";
import { count } from "../parts/words";

const words: Record<string, string> = {
  frames: "Frames from the performer",
  predictions: "Predictions played",
  unheard: "Frames that the model passed over",
  cancelled: "Predictions overtaken by your playing",
  overflowed: "Predictions dropped: too many waited",
  outdated: "Predictions dropped: over 100 ms late",
  nobody_there: "Messages to OSC addresses where no program listens",
  restarts: "Fresh starts after being over 100 ms late",
  panics: "Panics",
  log_refused: "Rows that the log had no room for",
  refused: "Messages refused",
  dropped: "Messages dropped",
  clamped: "Values outside 0 to 1",
  malformed: "Messages that nobody can read",
  wrong_count: "Frames with too few or too many values",
  not_numbers: "Frames with what is no number",
  refused_commands: "Commands refused",
  kernel_dropped: "Messages that the system threw away",
  send_errors: "Messages that could not be sent",
  not_sent: "Messages not sent",
};
const faults = /overflowed|outdated|restarts|refused|dropped|clamped|malformed|wrong|not_|error|too_large|missed|late|lost|unknown/;

/** "midi_wrong_count" → "Frames with too few or too many values (midi)". */
function name(key: string): string {
  if (words[key]) return words[key];
  const end = Object.keys(words).find((known) => key.endsWith(`_${known}`));
  if (end) return `${words[end]} (${key.slice(0, -end.length - 1)})`;
  return key.split("_").join(" ");
}

export class Counts {
  readonly element: HTMLElement;
  private readonly well = el("p", { class: "lead" });
  private readonly body = el("tbody");
  private shown = "";

  constructor() {
    this.element = el("section", { class: "part" }, el("h2", {}, "Messages"), this.well,
      el("table", {}, el("caption", { class: "unseen" }, "Messages, by what became of them"), this.body));
  }

  update(counts: Record<string, number>): void {
    const now = JSON.stringify(counts);
    if (now === this.shown) return;
    this.shown = now;
    const known = Object.keys(words);
    const all = Object.entries(counts).sort(([a], [b]) => (known.indexOf(a) + 1 || known.length + 1) - (known.indexOf(b) + 1 || known.length + 1));
    const bad = all.filter(([key, n]) => faults.test(key) && n > 0);
    const good = all.filter(([key]) => !faults.test(key));
    const still = all.filter(([key, n]) => faults.test(key) && n === 0);
    const sum = bad.reduce((total, [, n]) => total + n, 0);
    const unheard = counts.nobody_there ?? 0;
    put(this.well, (sum === 0 ? "Nothing was dropped or refused." : `${count(sum)} dropped, refused or mended.`) +
      (unheard > 0 ? ` ${count(unheard)} went where no program listens: start your synth, or change the output in Set-up.` : ""));
    put(this.body, ...[...bad, ...good, ...still].map(([key, n]) => el("tr",
      { title: key, class: faults.test(key) ? (n > 0 ? "count-bad" : "count-still") : "" },
      el("th", { scope: "row" }, name(key)), el("td", { class: "number" }, count(n)))));
  }
}
