// The charting library, in a bundle of its own: it is as much as all of the page besides, and
// nobody who plays waits for it.

import {
  BarController, BarElement, CategoryScale, Chart, ChartConfiguration, Legend, LinearScale,
  LineController, LineElement, LogarithmicScale, PointElement, Tooltip,
} from "chart.js";

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, LineController,
  LineElement, LogarithmicScale, PointElement, Tooltip);

export type { Chart };

/** Draws `wanted` in `canvas`, where `before` is what was drawn there last; returns the chart. */
export function draw(canvas: HTMLCanvasElement, before: Chart | null, wanted: ChartConfiguration): Chart {
  const { fontFamily, fontSize } = getComputedStyle(canvas);
  Chart.defaults.font.family = fontFamily;
  Chart.defaults.font.size = parseFloat(fontSize);
  const options = { ...wanted.options, animation: false as const, responsive: true, maintainAspectRatio: false };
  if (!before) return new Chart(canvas, { ...wanted, options });
  before.data = wanted.data;
  before.options = options;
  before.update("none");
  return before;
}
