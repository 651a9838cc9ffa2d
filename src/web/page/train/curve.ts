// The loss of a training, epoch by epoch: what it is on the rows it learns from, and on those that
// it is judged by. The second is what counts, so it is the one that is drawn strongly.

import { Drawing } from "../parts/chart";
import { el, write } from "../parts/element";
import { Job } from "../parts/jobs";
import { count, loss } from "../parts/words";

type Point = [epoch: number, training: number, validation: number];

/** More points than that are no longer seen. */
const most = 600;

/** At most `most` of them, both ends kept. */
function thinned(curve: readonly Point[]): Point[] {
  if (curve.length <= most) return [...curve];
  const every = (curve.length - 1) / (most - 1);
  return Array.from({ length: most }, (_, k) => curve[Math.round(k * every)]);
}

export class Curve {
  readonly element: HTMLElement;
  private readonly figures = el("p", { class: "curve-figures" });
  private readonly spoken = el("p", { class: "unseen" });
  private points: Point[] = [];
  private length = -1;
  private id = "";
  private readonly drawing: Drawing<"line">;

  constructor() {
    const canvas = el("canvas", { role: "img", "aria-label": "Training and validation loss, epoch by epoch" });
    this.element = el("div", { class: "curve" }, this.figures, el("div", { class: "curve-chart" }, canvas), this.spoken);
    this.drawing = new Drawing<"line">(canvas, (colours) => {
      const line = (label: string, which: 1 | 2, colour: string, dash: number[], width: number) => ({
        label, data: this.points.map((point) => ({ x: point[0], y: point[which] })),
        borderColor: colour, backgroundColor: colour, borderDash: dash, borderWidth: width,
        pointRadius: this.points.length === 1 ? 3 : 0, pointHitRadius: 12,
      });
      const axis = {
        grid: { color: colours.line, borderColor: colours.line, drawTicks: false },
        ticks: { color: colours.quiet, padding: 8, maxTicksLimit: 6 },
      };
      return {
        type: "line",
        data: { datasets: [
          line("validation", 2, colours.text, [], 2),
          line("training", 1, colours.quiet, [4, 4], 1.5),
        ] },
        options: {
          parsing: false, normalized: true,
          interaction: { mode: "nearest", axis: "x", intersect: false },
          scales: {
            x: { ...axis, type: "linear", min: 1, suggestedMax: 5, grid: { ...axis.grid, display: false },
              title: { display: true, text: "epoch", color: colours.quiet },
              ticks: { ...axis.ticks, precision: 0 } },
            y: { ...axis, type: "linear", max: this.top(),
              title: { display: true, text: "NLL (nats a frame)", color: colours.quiet } },
          },
          plugins: {
            legend: { align: "end", labels: { color: colours.quiet, usePointStyle: true, pointStyle: "line", pointStyleWidth: 28 } },
            tooltip: {
              backgroundColor: colours.text, titleColor: colours.ground, bodyColor: colours.ground,
              displayColors: false,
              callbacks: {
                title: (items) => `epoch ${count(items[0]?.parsed.x ?? 0)}`,
                label: (item) => `${item.dataset.label ?? ""}: ${loss(item.parsed.y)}`,
              },
            },
          },
        },
      };
    });
  }

  /** The fall at the beginning would hide what comes after it. */
  private top(): number | undefined {
    const enough = 20;
    if (this.points.length < enough) return undefined;
    const later = this.points.slice(Math.floor(this.points.length / enough));
    return Math.ceil(2 * Math.max(...later.flatMap((point) => [point[1], point[2]]))) / 2;
  }

  update(job: Job): void {
    const curve = job.curve.filter((point) => point.every((value) => Number.isFinite(value)));
    this.element.hidden = curve.length === 0;
    if (curve.length === 0 || (curve.length === this.length && job.id === this.id)) return;
    this.length = curve.length;
    this.id = job.id;
    this.points = thinned(curve);
    const last = curve[curve.length - 1];
    const best = curve.reduce((least, point) => (point[2] < least[2] ? point : least));
    const words = `epoch ${count(last[0])} · validation ${loss(last[2])}, best ${loss(best[2])} at epoch ${count(best[0])}`;
    write(this.figures, words);
    write(this.spoken, `Loss: ${words}; training ${loss(last[1])}`);
    this.drawing.draw();
  }
}
