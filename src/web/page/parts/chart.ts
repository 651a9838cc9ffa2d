// Charts, drawn by Chart.js in the colours of the page. The colours of the two voices are never
// among them: a curve is no voice.

import type { ChartConfiguration } from "chart.js";
import type * as Charting from "./charting";

let library: Promise<typeof Charting> | null = null;

/** The library, once it is wanted; asked for again when it did not come. */
function charting(): Promise<typeof Charting> {
  const place = "/charts.js";  // of charting.ts; not a literal, or it would be bundled with the page
  library ??= (import(place) as Promise<typeof Charting>).catch((reason: unknown) => {
    library = null;
    throw reason;
  });
  return library;
}

export interface Palette {
  text: string;
  quiet: string;
  line: string;
  ground: string;
}

/** As they are where `element` stands. */
function palette(element: Element): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: colour("--text"), quiet: colour("--quiet"), line: colour("--line"),
    ground: colour("--raised"),
  };
}

/** Calls `hear` when the page goes from dark to light or back. */
export function onTheme(hear: () => void): void {
  const root = document.documentElement;
  new MutationObserver(hear).observe(root, { attributes: true, attributeFilter: ["class", "data-theme"] });
  matchMedia("(prefers-color-scheme: light)").addEventListener("change", hear);
}

/** A chart in `canvas`; `describe` gives all of it anew in given colours. */
export class Drawing<T extends "line" | "bar"> {
  private chart: Charting.Chart | null = null;
  private waits = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly describe: (colours: Palette) => ChartConfiguration<T>
  ) {
    onTheme(() => {
      if (this.chart) this.draw();
    });
  }

  draw(): void {
    if (this.waits) return;
    this.waits = true;
    charting().then(({ draw }) => {
      this.chart = draw(this.canvas, this.chart, this.describe(palette(this.canvas)) as ChartConfiguration);
    }).catch((reason: unknown) => console.warn("no chart:", reason)).finally(() => {
      this.waits = false;
    });
  }
}
