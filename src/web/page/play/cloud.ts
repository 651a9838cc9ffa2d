// What the model is about to play, as a cloud: each component of the mixture stands where and when it
// is likely, its weight as opacity, its sigmas as width and height. Times that pass without a sound fade,
// because they did not come true. When it sounds, the cloud collapses to where it sounded.

import { Next } from "../desk";

/** How long the collapse takes, in seconds. */
const collapse = 0.18;

/** A component of the mixture: its weight, and when it sounds, with a standard deviation, in seconds. */
interface Component {
  weight: number;
  /** Since the start of imps; or from now, while nothing is planned. */
  at: number;
  wide: number;
  /** Its weight among what can still come. */
  left: number;
}

/** A component in one lane; `high` is a standard deviation of the control. */
interface Blob {
  lane: number;
  component: number;
  value: number;
  high: number;
}

/** Where things stand on the screen, in device pixels. */
export interface Place {
  x(at: number): number;
  y(lane: number, value: number): number;
  laneHeight: number;
  scale: number;
  right: number;
}

export class Cloud {
  private components: Component[] = [];
  private blobs: Blob[] = [];
  private old: { components: Component[]; blobs: Blob[] } = { components: [], blobs: [] };
  private collapseAt = -Infinity;
  private readonly collapsedTo = new Map<number, number>();
  private sprite = document.createElement("canvas");
  private due: number | null = null;

  setColour(colour: string): void {
    const size = 64;
    this.sprite.width = this.sprite.height = size;
    const pen = this.sprite.getContext("2d") as CanvasRenderingContext2D;
    const light = pen.createRadialGradient(size / 2, size / 2, 0, size / 2, size / 2, size / 2);
    // A normal distribution's bell, to two and a half sigmas.
    for (let k = 0; k <= 10; ++k) {
      const z = (2.5 * k) / 10;
      const alpha = k === 10 ? 0 : Math.exp(-0.5 * z * z);
      light.addColorStop(k / 10, `rgba(0,0,0,${alpha.toFixed(3)})`);
    }
    pen.fillStyle = light;
    pen.fillRect(0, 0, size, size);
    pen.globalCompositeOperation = "source-in";
    pen.fillStyle = colour;
    pen.fillRect(0, 0, size, size);
  }

  setNext(next: Next | null, timescale: number): void {
    this.blobs = [];
    this.components = [];
    this.due = next?.due ?? null;
    if (!next) return;
    const base = next.due === null ? 0 : next.base;
    this.components = next.dt.map(([mu, sigma], k) => ({
      weight: next.weights[k] ?? 0, left: 0, at: base + Math.max(0, mu) * timescale, wide: sigma * timescale }));
    next.controls.forEach((pairs, lane) => pairs.forEach(([mu, sigma], component) => {
      if ((this.components[component]?.weight ?? 0) > 0.005)
        this.blobs.push({ lane, component, value: Math.min(1, Math.max(0, mu)), high: sigma });
    }));
  }

  /** Nothing is known any more, and times may be another clock's. */
  forget(): void {
    this.setNext(null, 1);
    this.old = { components: [], blobs: [] };
    this.collapseAt = -Infinity;
  }

  /** It has sounded, with these values of these controls. */
  sounds(at: number, moved: readonly number[], values: readonly number[]): void {
    this.old = { components: this.components, blobs: this.blobs };
    this.components = [];
    this.blobs = [];
    this.due = null;
    this.collapseAt = at;
    this.collapsedTo.clear();
    moved.forEach((control, k) => this.collapsedTo.set(control, values[k]));
  }

  isMoving(now: number): boolean {
    return this.due !== null && (this.due > now || this.components.some(({ at, wide }) => at + 3 * wide > now))
      || now < this.collapseAt + collapse;
  }

  draw(pen: CanvasRenderingContext2D, place: Place, now: number, line: string): void {
    const gone = Math.max(0, now - this.collapseAt) / collapse;
    if (gone < 1) {
      const left = (1 - gone) ** 2;
      for (const blob of this.old.blobs) {
        const { at, wide, left: weight } = this.old.components[blob.component];
        const value = this.collapsedTo.get(blob.lane) ?? blob.value;
        this.drawBlob(pen, place, { lane: blob.lane, at: now + Math.max(0, at - now) * left, wide: wide * left,
          value: value + (blob.value - value) * left, high: blob.high * left, opacity: opacity(weight) });
      }
    }
    this.weigh(now);
    // What only would be played is fainter than what will, and waits as long whenever it is looked at.
    const [since, certainty] = this.due === null ? [now, 0.5] : [0, 1];
    for (const { lane, component, value, high } of this.blobs) {
      const { at, wide, left } = this.components[component];
      if (left > 0.01)
        this.drawBlob(pen, place, { lane, at: Math.max(now, since + at), wide, value, high, opacity: certainty * opacity(left) });
    }
    if (this.due !== null && this.due > now) {
      const x = place.x(this.due);
      if (x < place.right) {
        pen.globalAlpha = 1;
        pen.strokeStyle = line;
        pen.lineWidth = place.scale;
        pen.beginPath();
        pen.moveTo(x, 0);
        pen.lineTo(x, pen.canvas.height);
        pen.stroke();
      }
    }
    pen.globalAlpha = 1;
  }

  /** Weighs each component by how much of it can still come: by Bayes, nothing has sounded yet. */
  private weigh(now: number): void {
    let all = 0;
    for (const component of this.components) {
      const { at, wide, weight } = component;
      component.left = this.due === null ? weight : weight * tail((now - at) / Math.max(1e-4, wide));
      all += component.left;
    }
    if (all > 0) for (const component of this.components) component.left /= all;
  }

  private drawBlob(pen: CanvasRenderingContext2D, place: Place, blob: {
    lane: number; at: number; wide: number; value: number; high: number; opacity: number }): void {
    // A sigma of next to nothing is still a dot; one of more than its lane is the lane.
    const dot = 5 * place.scale;
    const to = place.x(blob.at + 2.5 * blob.wide);
    const from = place.x(blob.at - 2.5 * blob.wide);
    const across = dot + (to - from) / 2;
    const down = Math.min(place.laneHeight * 0.75,
      Math.min(dot, place.laneHeight / 2) + 2.5 * blob.high * place.laneHeight);
    const x = Math.min(place.right - dot, (from + to) / 2);
    const y = place.y(blob.lane, blob.value);
    // What would reach into the lanes beside it ends at its own.
    const [highest, lowest] = [place.y(blob.lane, 1), place.y(blob.lane, 0)];
    const margin = (place.laneHeight - (lowest - highest)) / 2;
    const top = Math.max(y - down, highest - margin);
    const bottom = Math.min(y + down, lowest + margin);
    if (bottom <= top) return;
    const { width, height } = this.sprite;
    const [skipped, part] = [(top - (y - down)) / (2 * down), (bottom - top) / (2 * down)];
    pen.globalAlpha = blob.opacity;
    pen.drawImage(this.sprite, 0, skipped * height, width, part * height, x - across, top, 2 * across, bottom - top);
  }
}

/** A light component is faint, but not invisible. */
const opacity = (weight: number): number => 0.15 + 0.85 * Math.min(1, weight);

/** How much of a normal distribution lies beyond z standard deviations, within 0.02: for the eye. */
const tail = (z: number): number => 1 / (1 + Math.exp(1.702 * z));
