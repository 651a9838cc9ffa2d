// The river's past: a canvas that is used as a ring, one column of pixels a moment of time. Each event
// is drawn once, where its moment is; to let time flow, the ring is only copied to the screen, shifted.

import { Sounded, VoiceName } from "../desk";
import { Colours } from "./colours";

/** Events of a voice this close together, in seconds, are one gesture: a line joins them. */
const gesture = 0.35;

/** Columns ahead of now that are clear already: clocks may differ a little. */
const ahead = 64;

interface Point {
  at: number;
  y: number;
}

export class Stream {
  private readonly canvas = document.createElement("canvas");
  private readonly pen: CanvasRenderingContext2D;
  private clearTo = -Infinity;
  private width = 1;
  private laneHeight = 1;
  private lanes = 0;
  private speed = 1;
  private scale = 1;
  private colours: Colours | null = null;
  private points: Record<VoiceName, (Point | undefined)[]> = { performer: [], model: [] };

  constructor() {
    this.pen = this.canvas.getContext("2d") as CanvasRenderingContext2D;
  }

  /**
   * Begins anew, empty.
   *
   * @param width, height  of the past on the screen, in device pixels.
   * @param speed  device pixels a second.
   */
  fit(width: number, height: number, lanes: number, speed: number, scale: number, colours: Colours): void {
    this.width = Math.ceil(width) + 2 * ahead;
    this.canvas.width = this.width;
    this.canvas.height = Math.max(1, Math.ceil(height));
    this.lanes = lanes;
    this.laneHeight = height / Math.max(1, lanes);
    this.speed = speed;
    this.scale = scale;
    this.colours = colours;
    this.clearTo = -Infinity;
    this.points = { performer: [], model: [] };
  }

  /** Where a value lies in its lane, in device pixels from the top. */
  y(lane: number, value: number): number {
    const edge = Math.min(5 * this.scale, this.laneHeight * 0.15);
    return this.laneHeight * (lane + 1) - edge - value * (this.laneHeight - 2 * edge);
  }

  /** `event.controls` are the values of `event.moved`. */
  add(event: Sounded): void {
    const colours = this.colours;
    if (!colours) return;
    const x = event.at * this.speed;
    this.clear(Math.ceil(x) + 8);
    if (x < this.clearTo - this.width + 2 * ahead - this.speed) return;  // has flowed by
    const pen = this.pen;
    const points = this.points[event.voice];
    const isThin = this.laneHeight < 10 * this.scale;
    pen.strokeStyle = pen.fillStyle = colours.voices[event.voice];
    pen.lineWidth = (isThin ? 1 : 1.5) * this.scale;
    event.moved.forEach((lane, k) => {
      if (lane >= this.lanes) return;
      const y = this.y(lane, event.controls[k]);
      const before = points[lane];
      const isLine = before !== undefined && event.at - before.at < gesture && event.at >= before.at;
      points[lane] = { at: event.at, y };
      const from = isLine ? (before.at - event.at) * this.speed : 0;
      const dense = isLine && -from < 6 * this.scale;
      const radius = (isThin ? 0.8 : dense ? 1 : 2.4) * this.scale;
      for (const place of this.places(x, from - radius)) {
        if (isLine) {
          pen.globalAlpha = 0.75;
          pen.beginPath();
          pen.moveTo(place + from, before.y);
          pen.lineTo(place, y);
          pen.stroke();
          pen.globalAlpha = 1;
        }
        pen.beginPath();
        if (event.voice === "model" && !isThin) {
          // A diamond, as beside the model's name: colour is not all that tells the voices apart.
          const r = radius * 1.25;
          pen.moveTo(place - r, y);
          pen.lineTo(place, y - r);
          pen.lineTo(place + r, y);
          pen.lineTo(place, y + r);
        } else {
          pen.arc(place, y, radius, 0, 2 * Math.PI);
        }
        pen.fill();
      }
    });
  }

  /** Copies what sounded before `now` to the left of `right`. */
  flow(to: CanvasRenderingContext2D, now: number, right: number): void {
    const newest = Math.floor(now * this.speed);
    this.clear(newest + ahead / 2);
    const shift = right - (now * this.speed - newest);
    const wide = Math.min(this.width - ahead, Math.ceil(right) + 1);
    const oldest = newest - wide + 1;
    const start = modulo(oldest, this.width);
    const one = Math.min(wide, this.width - start);
    const height = this.canvas.height;
    to.drawImage(this.canvas, start, 0, one, height, shift - wide, 0, one, height);
    if (one < wide)
      to.drawImage(this.canvas, 0, 0, wide - one, height, shift - wide + one, 0, wide - one, height);
  }

  /** Makes columns that lay a ring ago ready for new events. */
  private clear(to: number): void {
    if (to <= this.clearTo) return;
    const columns = to - this.clearTo;
    if (columns >= this.width) {
      this.pen.clearRect(0, 0, this.width, this.canvas.height);
    } else {
      const start = modulo(this.clearTo + 1, this.width);
      const one = Math.min(columns, this.width - start);
      this.pen.clearRect(start, 0, one, this.canvas.height);
      if (one < columns) this.pen.clearRect(0, 0, columns - one, this.canvas.height);
    }
    this.clearTo = to;
  }

  /** Where a column is in the ring: twice, if what reaches `left` of it crosses the ring's seam. */
  private places(column: number, left: number): number[] {
    const place = modulo(column, this.width);
    const isAcross = place + left < 0 || place + 4 * this.scale > this.width;
    if (!isAcross) return [place];
    return place + left < 0 ? [place, place + this.width] : [place, place - this.width];
  }
}

const modulo = (a: number, b: number): number => ((a % b) + b) % b;
