// Trimming: two handles on a take's picture, each a real slider, so that arrow keys move them too.
// What is cut stands in the shade; nothing is cut before "Keep this".

import { button, el, setAttribute, write } from "../parts/element";
import { place, span } from "../parts/words";

const step = 0.05;

export class Trim {
  /** Lies over the picture. */
  readonly handles: HTMLElement;
  /** Stands under it. */
  readonly words: HTMLElement;
  private readonly from: HTMLInputElement;
  private readonly to: HTMLInputElement;
  private readonly before = el("div", { class: "trim-shade trim-before" });
  private readonly after = el("div", { class: "trim-shade trim-after" });
  private readonly says = el("span", { class: "trim-says" });
  private readonly keep: HTMLButtonElement;

  constructor(private readonly seconds: number, keep: (from: number, to: number) => void, leave: () => void) {
    const slider = (name: string, value: number) => el("input", {
      type: "range", class: "trim-handle", min: 0, max: seconds, step, value, "aria-label": name,
      oninput: (event: Event) => this.moved(event.target as HTMLInputElement),
    });
    this.from = slider("Begins at", 0);
    this.to = slider("Ends at", seconds);
    // A slider whose greatest value is no whole step would round it down.
    this.to.max = this.from.max = String(Math.ceil(seconds / step) * step);
    this.to.value = this.to.max;
    this.handles = el("div", { class: "trim" }, this.before, this.after, this.from, this.to);
    this.keep = button("Keep this", () => keep(this.start, this.end), { class: "do do-first" });
    this.words = el("div", { class: "trim-words" }, this.says, this.keep, button("Leave it whole", leave));
    this.moved(this.from);
  }

  focus(): void {
    this.from.focus();
  }

  private get start(): number {
    return Number(this.from.value);
  }
  private get end(): number {
    return Math.min(this.seconds, Number(this.to.value));
  }

  private moved(which: HTMLInputElement): void {
    const least = Math.min(this.seconds, 2 * step);
    if (Number(this.to.value) - this.start < least) {
      if (which === this.from) this.from.value = String(Number(this.to.value) - least);
      else this.to.value = String(this.start + least);
    }
    // The one that was moved is on top, so that two handles in one place come apart again.
    this.from.style.zIndex = which === this.from ? "2" : "1";
    this.to.style.zIndex = which === this.from ? "1" : "2";
    const part = (seconds: number) => `${(100 * seconds) / Math.max(step, this.seconds)}%`;
    this.before.style.width = part(this.start);
    this.after.style.width = part(this.seconds - this.end);
    for (const [slider, at] of [[this.from, this.start], [this.to, this.end]] as const)
      setAttribute(slider, "aria-valuetext", place(at));
    write(this.says, `Keeps ${place(this.start)} to ${place(this.end)}: ${span(this.end - this.start)}`);
    this.keep.disabled = this.start <= 0 && this.end >= this.seconds;
  }
}
