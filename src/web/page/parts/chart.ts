// Charts, drawn by Chart.js in the colours of the page. The colours of the two voices are never
// among them: a curve is no voice.

import {
  BarController, BarElement, CategoryScale, Chart, ChartConfiguration, Legend, LinearScale,
  LineController, LineElement, LogarithmicScale, PointElement, Tooltip,
} from "chart.js";

Chart.register(BarController, BarElement, CategoryScale, Legend, LinearScale, LineController,
  LineElement, LogarithmicScale, PointElement, Tooltip);

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
  private chart: Chart | null = null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly describe: (colours: Palette) => ChartConfiguration<T>
  ) {
    onTheme(() => {
      if (this.chart) this.draw();
    });
  }

  draw(): void {
    const { fontFamily, fontSize } = getComputedStyle(this.canvas);
    Chart.defaults.font.family = fontFamily;
    Chart.defaults.font.size = parseFloat(fontSize);
    const wanted = this.describe(palette(this.canvas)) as ChartConfiguration;
    if (!this.chart) {
      this.chart = new Chart(this.canvas, {
        ...wanted,
        options: { ...wanted.options, animation: false, responsive: true, maintainAspectRatio: false },
      });
      return;
    }
    this.chart.data = wanted.data;
    this.chart.options = {
      ...wanted.options, animation: false, responsive: true, maintainAspectRatio: false,
    };
    this.chart.update("none");
  }
}
