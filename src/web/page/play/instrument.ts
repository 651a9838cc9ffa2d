// What the synth's three instruments have in common.

/** Two voices play the same instruments; this is how the ear tells them apart. */
export interface Character {
  /** The filters' corner frequencies are multiplied by it. */
  brightness: number;
  /** Where the voice stands, from -1 (left) to 1. */
  pan: number;
  /** Notes of the scale that it lies higher. */
  lift: number;
  wave: OscillatorType;
}

export interface Instrument {
  /**
   * All controls as they stand, and which of them moved, at `when` of the context's clock. Notes
   * that would come faster than a hand plays are left out.
   */
  play(controls: readonly number[], moved: readonly number[], when: number): void;
  /** Ends all that sounds and all that is to sound, fading with the time constant `fade`, seconds. */
  release(when: number, fade: number): void;
}

export type InstrumentName = "string" | "drone" | "drums";

/** A sound that has begun, or will: it ends by itself or by release. */
export interface Sounding {
  source: AudioScheduledSourceNode;
  gain: GainNode;
  starts: number;
}

/** Sounds under way, at most so many: the oldest gives way. */
export class Soundings {
  private readonly held: Sounding[] = [];
  constructor(private readonly most: number) {}

  add(sounding: Sounding): void {
    this.held.push(sounding);
    sounding.source.addEventListener("ended", () => {
      sounding.gain.disconnect();
      const at = this.held.indexOf(sounding);
      if (at >= 0) this.held.splice(at, 1);
    });
    const oldest = this.held.length > this.most ? this.held.shift() : undefined;
    if (oldest) end(oldest, sounding.starts, 0.01);
  }

  release(when: number, fade: number): void {
    for (const sounding of this.held.splice(0)) end(sounding, when, fade);
  }
}

function end({ source, gain, starts }: Sounding, when: number, fade: number): void {
  if (starts >= when) {
    gain.disconnect();  // it will not be heard at all
    source.stop(when);
    return;
  }
  gain.gain.cancelScheduledValues(when);
  gain.gain.setTargetAtTime(0, when, fade);
  source.stop(when + 8 * fade);  // e^-8 is -69 dB
}

/**
 * Which controls have gone far enough to be struck again: a hand sends sixty values a second, and
 * no string is plucked as often.
 */
export class Strikes {
  private readonly last = new Map<number, { value: number; at: number }>();
  constructor(private readonly least: number, private readonly travel: number) {}

  /** How far the control has come since its last strike, or 0 if that is not enough for one. */
  strike(control: number, value: number, when: number): number {
    const last = this.last.get(control);
    if (!last) {
      this.last.set(control, { value, at: when });
      return 0.3;
    }
    const way = Math.abs(value - last.value);
    if (when < last.at + this.least || way < this.travel) return 0;
    last.value = value;
    last.at = when;
    return way;
  }

  forget(): void {
    this.last.clear();
  }
}
