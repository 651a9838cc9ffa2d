// Sound, when the browser lets it: from the first gesture on. What a hand does on this page sounds at
// once, without going through imps; what imps tells sounds when its time stamp says.

import { Desk, VoiceName } from "../desk";
import { recall, remember } from "../make";
import { InstrumentName } from "./instrument";
import { Synth } from "./synth";

/**
 * Events come in batches, one a frame of the screen; this much later, in seconds, all of them sound
 * at the distances that they were played at.
 */
const behind = 0.025;

/** What a hand on this page moved comes back as an event; it is not played twice. Seconds. */
const echo = 1;

const gestures = ["pointerdown", "pointerup", "touchend", "keydown", "click"];
const names: readonly InstrumentName[] = ["string", "drone", "drums"];

export class Sound {
  private context: AudioContext | null = null;
  private synth: Synth | null = null;
  private wasTouched = false;
  private readonly movedHere = new Map<number, number>();
  private readonly heard: (() => void)[] = [];

  volume = Number(recall("volume") ?? 0.7);
  off = recall("sound") === "off";
  instrument: InstrumentName =
    names.find((name) => name === recall("instrument")) ?? "string";

  constructor(private readonly desk: Desk) {
    if (!(this.volume >= 0 && this.volume <= 1)) this.volume = 0.7;
    const unlock = () => {
      this.start();
      // A finger that goes down is no gesture to a browser before it comes up.
      if (this.context?.state === "running")
        for (const gesture of gestures) removeEventListener(gesture, unlock, true);
    };
    for (const gesture of gestures) addEventListener(gesture, unlock, true);
    // Browsers take tens of milliseconds to make them, which nobody's first note waits for.
    (window.requestIdleCallback ?? setTimeout)(() => this.prepare());

    desk.on("sounded", ({ voice, controls, moved, at }) => {
      if (!this.player) return;
      const now = performance.now() / 1000;
      const isEcho = (control: number) => now - (this.movedHere.get(control) ?? -echo) < echo;
      const anew = voice === "model" ? moved : moved.filter((control) => !isEcho(control));
      if (anew.length) this.player.play(voice, controls, anew, this.when(at));
    });
    let voice: VoiceName | undefined;
    let instance = "";
    desk.on("state", (change) => {
      const state = desk.state;
      if (!state) return;
      if (voice && state.voice !== voice && state.mode === "callresponse") this.synth?.release(voice);
      voice = state.voice;
      if (change.paused || change.muted || change.mode) this.synth?.release("model");
      // Other controls, or another imps: what was held belongs to neither.
      const now = `${state.dimension}`;
      if (instance !== now && instance !== "") this.synth?.releaseAll();
      instance = now;
    });
    desk.on("connected", (connected) => {
      if (!connected) this.synth?.releaseAll();
    });
    document.addEventListener("imps-playback", ({ detail: { voice, controls, moved } }) => {
      if (moved.length) this.player?.play(voice, controls, moved);
    });
    document.addEventListener("imps-playback-end", () => this.synth?.releaseAll());
  }

  /** A hand on this page moved controls, which stand at these values now. */
  playHere(controls: readonly number[], moved: readonly number[]): void {
    const now = performance.now() / 1000;
    for (const control of moved) this.movedHere.set(control, now);
    this.player?.play("performer", controls, moved);
  }

  /** All that sounds ends. */
  panic(): void {
    this.synth?.releaseAll();
  }

  get isOn(): boolean {
    return this.context?.state === "running" && !this.off;
  }

  /** Calls `hear` when sound begins or is turned on or off. */
  onChange(hear: () => void): void {
    this.heard.push(hear);
  }

  setInstrument(name: InstrumentName): void {
    this.instrument = name;
    remember("instrument", name);
    this.synth?.setInstrument(name);
  }

  setVolume(volume: number): void {
    this.volume = volume;
    remember("volume", String(volume));
    this.synth?.setVolume(this.off ? 0 : volume);
  }

  setOff(off: boolean): void {
    this.off = off;
    remember("sound", off ? "off" : "on");
    if (off) this.synth?.releaseAll();
    this.synth?.setVolume(off ? 0 : this.volume);
    this.changed();
  }

  /** Before the first gesture nothing sounds, then or later. */
  private get player(): Synth | null {
    return this.wasTouched && !this.off ? this.synth : null;
  }

  private prepare(): void {
    if (this.context || typeof AudioContext === "undefined") return;
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.context.onstatechange = () => this.changed();
    this.synth = new Synth(this.context);
    this.synth.setInstrument(this.instrument);
    this.synth.setVolume(this.off ? 0 : this.volume);
  }

  private start(): void {
    this.prepare();
    this.wasTouched = true;
    if (this.context && this.context.state !== "running") this.context.resume().catch(() => undefined);
  }

  private changed(): void {
    for (const hear of this.heard) hear();
  }

  /** The context's time for a moment of the performance. */
  private when(at: number): number {
    const context = this.context as AudioContext;
    const wait = at - this.desk.now() + behind;
    return context.currentTime + Math.min(0.1, Math.max(0, wait));
  }
}
