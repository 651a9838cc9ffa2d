// What the model is about to play, as a cloud: each component of the mixture stands where and when it
// is likely, its weight as opacity, its sigmas as width and height. When it sounds, the cloud collapses
// to where it sounded.

import { Next } from "../desk";

/** How long the collapse takes, in seconds. */
const collapse = 0.18;

interface Blob {
  lane: number;
  /** Seconds since the start of imps. */
  at: number;
  value: number;
  /** Standard deviations: seconds, and the control's units. */
  wide: number;
  high: number;
  opacity: number;
}

/** Where things stand on the screen, in device pixels. */
export interface Place {
  x(at: number): number;
  y(lane: number, value: number): number;
  laneHeight: number;
  /** Device pixels a second, right of now. */
  speed: number;
  scale: number;
  right: number;
}

export class Cloud {
  private blobs: Blob[] = [];
  private old: Blob[] = [];
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
    this.due = next?.due ?? null;
    if (!next) return;
    // What only would be played is fainter than what will.
    const certainty = next.due === null ? 0.45 : 1;
    next.controls.forEach((components, lane) => components.forEach(([mu, sigma], k) => {
      const weight = next.weights[k] ?? 0;
      const dt = next.dt[k];
      if (weight < 0.01 || !dt) return;
      this.blobs.push({
        lane, at: next.base + Math.max(0, dt[0]) * timescale, value: Math.min(1, Math.max(0, mu)),
        wide: dt[1] * timescale, high: sigma, opacity: certainty * Math.min(1, 0.25 + 0.75 * weight) });
    }));
  }

  /** It has sounded, with these values of these controls. */
  sounds(at: number, moved: readonly number[], values: readonly number[]): void {
    this.old = this.blobs;
    this.blobs = [];
    this.due = null;
    this.collapseAt = at;
    this.collapsedTo.clear();
    moved.forEach((control, k) => this.collapsedTo.set(control, values[k]));
  }

  isMoving(now: number): boolean {
    // What would have come by now stands still at now.
    return this.blobs.some((blob) => blob.at > now) || (this.due ?? 0) > now
      || now < this.collapseAt + collapse;
  }

  draw(pen: CanvasRenderingContext2D, place: Place, now: number, line: string): void {
    const gone = (now - this.collapseAt) / collapse;
    if (gone < 1) {
      const left = (1 - gone) ** 2;
      for (const blob of this.old) {
        const value = this.collapsedTo.get(blob.lane) ?? blob.value;
        this.drawBlob(pen, place, now, { ...blob,
          at: now + (Math.max(now, blob.at) - now) * left, value: value + (blob.value - value) * left,
          wide: blob.wide * left, high: blob.high * left });
      }
    }
    for (const blob of this.blobs) this.drawBlob(pen, place, now, blob);
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

  private drawBlob(pen: CanvasRenderingContext2D, place: Place, now: number, blob: Blob): void {
    // A sigma of next to nothing is still a dot; one of more than the screen is the screen.
    const least = 3.5 * place.scale;
    const across = Math.min(place.right, Math.max(least, 2.5 * blob.wide * place.speed));
    const down = Math.min(place.laneHeight * 0.75,
      Math.max(Math.min(least, place.laneHeight / 2), 2.5 * blob.high * place.laneHeight));
    const x = Math.min(place.right - least, place.x(Math.max(now, blob.at)));
    const y = place.y(blob.lane, blob.value);
    pen.globalAlpha = blob.opacity;
    pen.drawImage(this.sprite, x - across, y - down, 2 * across, 2 * down);
  }
}
