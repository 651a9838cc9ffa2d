// How late predictions sounded, as bars and as a table. Most are on time, so the bars grow with the
// logarithm: the one in ten thousand that is late is what one looks for.

import { Drawing } from "../parts/chart";
import { el, put, write } from "../parts/element";
import { count } from "../parts/words";

export interface Histogram {
  edges_ms: number[];
  counts: number[];
}

const edge = (ms: number): string => String(Number(ms.toPrecision(2)));

/** [what, how many]: between the edges; and below the first and above the last, if those count. */
export function bins({ edges_ms: edges, counts }: Histogram): [string, number][] {
  const open = counts.length > edges.length ? 1 : 0;
  return counts.map((n, k) => {
    const from = edges[k - open];
    const to = edges[k - open + 1];
    if (from === undefined) return [`under ${edge(to)}`, n];
    if (to === undefined) return [`${edge(from)} or more`, n];
    return [`${edge(from)}–${edge(to)}`, n];
  });
}

const isPowerOfTen = (value: number): boolean => Number.isInteger(Math.log10(value));

export class Lateness {
  readonly element: HTMLElement;
  private readonly words = el("p", { class: "lead" });
  private readonly body = el("tbody");
  private readonly frame: HTMLElement;
  private readonly table: HTMLElement;
  private shown: [string, number][] = [];
  private readonly drawing: Drawing<"bar">;

  constructor() {
    const canvas = el("canvas", { role: "img", "aria-label": "How late predictions sounded; the table says the same" });
    this.frame = el("div", { class: "lateness-chart" }, canvas);
    this.table = el("details", {}, el("summary", {}, "As a table"),
      el("div", { class: "scroller" }, el("table", {}, el("caption", { class: "unseen" }, "How late predictions sounded"),
        el("thead", {}, el("tr", {}, el("th", { scope: "col", class: "number" }, "ms late"),
          el("th", { scope: "col", class: "number" }, "predictions"))), this.body)));
    this.element = el("section", { class: "part" }, el("h2", {}, "Lateness"), this.words, this.frame, this.table);
    this.drawing = new Drawing<"bar">(canvas, (colours) => ({
      type: "bar",
      data: {
        labels: this.shown.map(([name]) => name),
        datasets: [{
          label: "predictions", data: this.shown.map(([, n]) => n), backgroundColor: colours.quiet,
          categoryPercentage: 1, barPercentage: 0.9, minBarLength: 0,
        }],
      },
      options: {
        scales: {
          x: { grid: { display: false, borderColor: colours.line },
            ticks: { color: colours.quiet, maxRotation: 0, autoSkipPadding: 12 },
            title: { display: true, text: "ms late", color: colours.quiet } },
          y: { type: "logarithmic", min: 0.5,
            grid: { borderColor: colours.line, drawTicks: false,
              color: (context) => (isPowerOfTen(context.tick.value) ? colours.line : "transparent") },
            ticks: { color: colours.quiet, padding: 8,
              callback: (value) => (isPowerOfTen(Number(value)) ? count(Number(value)) : "") } },
        },
        plugins: {
          legend: { display: false },
          tooltip: {
            backgroundColor: colours.text, titleColor: colours.ground, bodyColor: colours.ground, displayColors: false,
            callbacks: { title: (items) => `${items[0]?.label ?? ""} ms`, label: (item) => count(item.parsed.y) },
          },
        },
      },
    }));
  }

  summarise(lateness: { median_ms: number; p99_ms: number; worst_ms: number } | undefined): void {
    if (!lateness) return;
    const ms = (value: number) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
    write(this.words, `Half of what the model plays sounds within ${ms(lateness.median_ms)} of its time, 99 of 100 within ${ms(lateness.p99_ms)}; the worst was ${ms(lateness.worst_ms)} late.`);
  }

  update(histogram: Histogram): void {
    const all = bins(histogram);
    const total = all.reduce((sum, [, n]) => sum + n, 0);
    this.words.hidden = this.frame.hidden = this.table.hidden = total === 0;
    if (JSON.stringify(all) === JSON.stringify(this.shown)) return;
    this.shown = all;
    put(this.body, ...all.map(([name, n]) => el("tr", {}, el("td", { class: "number" }, name),
      el("td", { class: "number" }, count(n)))));
    if (total > 0) this.drawing.draw();
  }
}
