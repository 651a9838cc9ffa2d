// The checks of imps doctor: a word and a shape for each state, so that neither needs a colour.

import { el, Item, write } from "../parts/element";

export interface Check {
  name: string;
  state: "well" | "doubtful" | "bad";
  words: string;
  help: string;
}

export const stateWords: Record<Check["state"], string> = { well: "Well", doubtful: "Doubtful", bad: "Bad" };

/** A ring with a tick, a triangle, and an octagon with a cross. */
const shapes: Record<Check["state"], string[]> = {
  well: ["M10 2a8 8 0 1 0 0 16a8 8 0 1 0 0-16z", "M6.5 10.2l2.5 2.5l4.5-5"],
  doubtful: ["M10 2.5L18.5 17.5H1.5z", "M10 8v4.5M10 14.8v.2"],
  bad: ["M6.7 2h6.6L18 6.7v6.6L13.3 18H6.7L2 13.3V6.7z", "M7 7l6 6M13 7l-6 6"],
};

function shape(state: Check["state"]): SVGSVGElement {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "check-shape");
  svg.setAttribute("aria-hidden", "true");
  for (const line of shapes[state]) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", line);
    svg.append(path);
  }
  return svg;
}

export class CheckItem implements Item<Check> {
  readonly element = el("li", { class: "check" });
  private readonly mark = el("div", { class: "check-mark" });
  private readonly state = el("span", { class: "check-state" });
  private readonly words = el("p");
  private readonly help = el("p", { class: "quiet" });

  constructor(check: Check) {
    this.element.append(this.mark,
      el("div", { class: "check-words" },
        el("div", { class: "check-head" }, el("h3", {}, check.name), this.state), this.words, this.help));
    this.update(check);
  }

  update(check: Check): void {
    if (this.element.dataset.state !== check.state) this.mark.replaceChildren(shape(check.state));
    this.element.dataset.state = check.state;
    write(this.state, stateWords[check.state]);
    write(this.words, check.words);
    write(this.help, check.help);
    this.help.hidden = check.help === "";
  }
}
