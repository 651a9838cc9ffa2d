// A take as a small picture: a lane for each control, and in it, for each slice of time, the band
// between the lowest and the highest value, in the colour of the voice that moved last.

import { Desk } from "../desk";
import { onTheme } from "../parts/chart";

export interface Picture {
  seconds: number;
  /** For each control, for each slice [lowest, highest]; null where nothing was. */
  controls: ([number, number] | null)[][];
  /** 0 is the performer, 1 the model. */
  voices: (0 | 1 | null)[];
}

const slices = 240;
const leastBand = 1.5;

/** The canvas of a take's picture; it fills the element that it stands in. */
export class PictureView {
  readonly canvas = document.createElement("canvas");
  private picture: Picture | null = null;
  private rows = -1;

  constructor(private readonly desk: Desk, private readonly id: string) {
    this.canvas.className = "picture-canvas";
    this.canvas.setAttribute("aria-hidden", "true");
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    onTheme(() => this.draw());
  }

  get seconds(): number {
    return this.picture?.seconds ?? 0;
  }

  /** Reads it again if the take has more rows, or fewer, than were drawn. */
  async read(rows: number): Promise<void> {
    if (rows === this.rows) return;
    this.rows = rows;
    try {
      this.picture = await this.desk.get<Picture>(
        `/takes/${encodeURIComponent(this.id)}/picture?width=${slices}`);
      this.draw();
    } catch {
      this.rows = -1;  // a take without a picture is still a take
    }
  }

  private draw(): void {
    const { canvas, picture } = this;
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(canvas.clientWidth * ratio);
    const height = Math.round(canvas.clientHeight * ratio);
    if (!picture || width === 0 || height === 0) return;
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    if (!context) return;
    const style = getComputedStyle(canvas);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const voices = [colour("--performer"), colour("--model")];
    const lanes = picture.controls.length;
    const gap = lanes > 1 ? Math.min(3 * ratio, height / lanes / 4) : 0;
    const lane = (height - gap * (lanes - 1)) / Math.max(1, lanes);
    const across = width / Math.max(1, picture.voices.length);
    picture.controls.forEach((bands, control) => {
      const top = control * (lane + gap);
      context.fillStyle = colour("--line");
      context.globalAlpha = 0.45;
      context.fillRect(0, top, width, lane);
      context.globalAlpha = 1;
      const least = Math.min(lane, leastBand * ratio);
      let held: { value: number; voice: 0 | 1 } | null = null;
      bands.forEach((band, slice) => {
        const voice = picture.voices[slice] ?? null;
        if (band && voice !== null) held = { value: (band[0] + band[1]) / 2, voice };
        if (!held) return;
        // Between its movements a control stands where it was left.
        const [low, high] = band && voice !== null ? band : [held.value, held.value];
        const thick = Math.max(least, (high - low) * lane);
        const y = top + Math.min(lane - thick, Math.max(0, (1 - high) * lane));
        context.globalAlpha = band && voice !== null ? 1 : 0.4;
        context.fillStyle = voices[held.voice];
        // Half a pixel over, so that neighbouring slices leave no seams.
        context.fillRect(slice * across, y, across + 0.5, thick);
      });
      context.globalAlpha = 1;
    });
  }
}
