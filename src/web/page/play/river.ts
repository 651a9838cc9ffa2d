// The river: one lane a control, time flowing left past a fixed now, and right of it what the model
// may play next. Below lies a still canvas with lanes and names; above it one that is drawn anew each
// frame of the screen, while anything in it moves.

import { Desk, VoiceName } from "../desk";
import { attributes, make } from "../make";
import { Cloud, Place } from "./cloud";
import { Colours, colours } from "./colours";
import { History } from "./history";
import { Stream } from "./stream";

/**
 * Seconds of the past, and of the future. Models mostly play within a tenth of a second, and at times
 * after a second or two: the future is drawn by the square root of time, so that both are seen.
 */
const past = 10;
const future = 2;
const futureShare = 0.3;

/** How far to the right of now a moment is, in [0, 1], that is so many seconds away. */
export const futurePlace = (wait: number): number =>
  Math.sqrt(Math.min(1, Math.max(0, wait) / future));

/** With reduced motion the river steps instead of flowing. Seconds. */
const step = 0.25;

/** As much of a text as there is room for. */
function shortened(pen: CanvasRenderingContext2D, text: string, width: number): string {
  if (pen.measureText(text).width <= width) return text;
  let end = Math.min(text.length, 100);
  while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > width) --end;
  return `${text.slice(0, end)}…`;
}

export class River {
  private readonly still = make("canvas", "river-still");
  private readonly moving = make("canvas", "river-moving");
  private readonly pen = this.moving.getContext("2d") as CanvasRenderingContext2D;
  private readonly stream = new Stream();
  private readonly cloud = new Cloud();
  private colours: Colours = colours();
  private lanes = 0;
  private width = 0;
  private height = 0;
  private scale = 1;
  private drawnAt = -Infinity;
  private wasMoving = true;
  private isDirty = false;
  private readonly stands: Record<VoiceName, readonly number[]> = { performer: [], model: [] };
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");

  /** @param count  how many lanes there are while imps does not know. */
  constructor(
    private readonly place: HTMLElement, private readonly desk: Desk, private readonly history: History,
    private readonly faders: { readonly controls: readonly number[]; nameOf(control: number): string }) {
    attributes(this.moving, {
      role: "img",
      "aria-label": "The river: what performer and model played in the last ten seconds, and what the model may play next" });
    place.append(this.still, this.moving);
    new ResizeObserver(() => this.fit()).observe(place);
    history.onChange((event) => {
      if (!event) {
        this.isDirty = true;
        return;
      }
      this.stream.add(event);
      if (event.voice === "model") this.cloud.sounds(event.at, event.moved, event.controls);
    });
    desk.on("sounded", ({ voice, controls }) => void (this.stands[voice] = controls));
    desk.on("stands", (stands) => {
      Object.assign(this.stands, stands);
      this.wasMoving = true;
    });
    desk.on("next", (next) => {
      this.cloud.setNext(next, desk.state?.timescale ?? 1);
      this.wasMoving = true;
    });
    desk.on("state", () => {
      if (this.faders.controls.length !== this.lanes) this.isDirty = true;
    });
    desk.on("connected", (connected) => {
      if (!connected) this.cloud.forget();
      this.wasMoving = true;
    });
  }

  /** The look has changed, or the names. */
  renew(): void {
    this.isDirty = true;
  }

  /** Draws, if there is anything to draw. Called once a frame of the screen. */
  draw(): void {
    if (this.width === 0) return;
    if (this.isDirty || this.faders.controls.length !== this.lanes) this.fit();
    const now = this.desk.now();
    if (this.calm.matches && Math.abs(now - this.drawnAt) < step) return;
    const newest = this.history.last?.at ?? -Infinity;
    const isMoving = now - newest < past + 1 || this.cloud.isMoving(now);
    if (!isMoving && !this.wasMoving) return;
    // The last frame, with which it comes to rest, is drawn too.
    this.wasMoving = isMoving;
    this.drawnAt = now;
    const { pen, width, height } = this;
    const nowX = this.nowX;
    pen.clearRect(0, 0, width, height);
    this.stream.flow(pen, now, nowX);
    const place: Place = {
      x: (at) => nowX + futurePlace(at - now) * (width - nowX), y: (lane, value) => this.stream.y(lane, value),
      laneHeight: height / Math.max(1, this.lanes), scale: this.scale, right: width };
    pen.save();
    pen.beginPath();
    pen.rect(nowX, 0, width - nowX, height);
    pen.clip();
    this.cloud.draw(pen, place, now, this.colours.faint);
    pen.restore();
    this.drawStands(nowX);
  }

  private get nowX(): number {
    return Math.round(this.width * (1 - futureShare));
  }

  /** Where both voices stand, at now. */
  private drawStands(x: number): void {
    const laneHeight = this.height / Math.max(1, this.lanes);
    if (laneHeight < 10 * this.scale) return;
    const r = 3 * this.scale;
    for (const voice of ["performer", "model"] as const) {
      this.pen.fillStyle = this.colours.voices[voice];
      this.pen.beginPath();
      this.stands[voice].forEach((value, lane) => {
        if (lane >= this.lanes) return;
        const y = this.stream.y(lane, value);
        // Two half-marks, one on each side of now, never hide each other.
        const side = voice === "performer" ? -1 : 1;
        this.pen.moveTo(x + side * this.scale, y);
        this.pen.lineTo(x + side * (this.scale + 2 * r), y - r);
        this.pen.lineTo(x + side * (this.scale + 2 * r), y + r);
        this.pen.closePath();
      });
      this.pen.fill();
    }
  }

  private fit(): void {
    this.isDirty = false;
    // More pixels than two a point are not seen, but cost.
    this.scale = Math.min(2, Math.max(1, devicePixelRatio));
    this.width = Math.round(this.place.clientWidth * this.scale);
    this.height = Math.round(this.place.clientHeight * this.scale);
    if (this.width === 0 || this.height === 0) {
      this.width = 0;
      return;
    }
    for (const canvas of [this.still, this.moving]) {
      canvas.width = this.width;
      canvas.height = this.height;
    }
    this.lanes = this.faders.controls.length;
    this.colours = colours();
    this.cloud.setColour(this.colours.voices.model);
    this.stream.fit(this.nowX, this.height, this.lanes, this.nowX / past, this.scale, this.colours);
    const oldest = this.desk.now() - past - 1;
    for (const event of this.history) if (event.at > oldest) this.stream.add(event);
    this.drawStill();
    this.wasMoving = true;
    this.drawnAt = -Infinity;
  }

  private drawStill(): void {
    const pen = this.still.getContext("2d") as CanvasRenderingContext2D;
    const { width, height, scale, lanes, nowX } = this;
    pen.clearRect(0, 0, width, height);
    pen.strokeStyle = this.colours.line;
    pen.lineWidth = scale;
    const laneHeight = height / Math.max(1, lanes);
    if (laneHeight >= 8 * scale) {
      pen.beginPath();
      for (let lane = 1; lane < lanes; ++lane) {
        const y = Math.round(lane * laneHeight) + 0.5;
        pen.moveTo(0, y);
        pen.lineTo(width, y);
      }
      pen.stroke();
    }
    const size = Math.min(12, laneHeight / scale - 4);
    if (size >= 8) {
      pen.font = `${size * scale}px ${this.colours.font}`;
      pen.fillStyle = this.colours.faint;
      pen.textBaseline = "top";
      // In narrow lanes a number is enough for a control that has no name.
      const name = (lane: number) => laneHeight < 30 * scale
        ? this.faders.nameOf(lane).replace(/^Control (?=\d+$)/, "") : this.faders.nameOf(lane);
      for (let lane = 0; lane < lanes; ++lane)
        pen.fillText(shortened(pen, name(lane), nowX / 3), 8 * scale, lane * laneHeight + 3 * scale);
    }
    pen.fillStyle = this.colours.text;
    pen.fillRect(nowX - Math.ceil(scale / 2), 0, Math.max(1, Math.round(scale)), height);
  }
}
