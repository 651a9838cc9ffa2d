// The page's synth: both voices on one of three instruments, side by side and a little different in
// colour, into a limiter. It draws on any BaseAudioContext, so that a test can listen to it without
// loudspeakers.

import { VoiceName } from "../desk";
import { Drone } from "./drone";
import { Drums } from "./drums";
import { Character, Instrument, InstrumentName } from "./instrument";
import { PluckedString } from "./string";

const characters: Record<VoiceName, Character> = {
  performer: { brightness: 1, pan: -0.25, lift: 0, wave: "sawtooth" },
  model: { brightness: 1.5, pan: 0.25, lift: 2, wave: "square" },
};

/**
 * A performer who holds still has not damped the string: it rings on a little while the model begins.
 * What the model holds ends when it is interrupted. Time constants in seconds.
 */
const fades: Record<VoiceName, number> = { performer: 0.25, model: 0.03 };

export class Synth {
  private readonly outs: Record<VoiceName, GainNode>;
  private readonly loudness: GainNode;
  private readonly instruments = new Map<string, Instrument>();
  private name: InstrumentName = "string";

  constructor(private readonly context: BaseAudioContext) {
    const limiter = context.createDynamicsCompressor();
    limiter.threshold.value = -9;
    limiter.knee.value = 3;
    limiter.ratio.value = 20;
    limiter.attack.value = 0.001;
    limiter.release.value = 0.12;
    // The compressor makes up for what it takes away; this keeps its peaks below 1.
    const ceiling = context.createGain();
    ceiling.gain.value = 0.95;
    this.loudness = context.createGain();
    limiter.connect(ceiling).connect(this.loudness).connect(context.destination);
    const out = (voice: VoiceName) => {
      const gain = context.createGain();
      const pan = context.createStereoPanner();
      pan.pan.value = characters[voice].pan;
      gain.connect(pan).connect(limiter);
      return gain;
    };
    this.outs = { performer: out("performer"), model: out("model") };
  }

  get instrument(): InstrumentName {
    return this.name;
  }

  /** What sounds on the old instrument ends. */
  setInstrument(name: InstrumentName): void {
    if (name === this.name) return;
    this.releaseAll();
    this.name = name;
  }

  /** In [0, 1]; 0 is silence. */
  setVolume(volume: number): void {
    // Loudness goes with the square, so that the middle of a slider is its middle to the ear.
    this.loudness.gain.setTargetAtTime(volume * volume, this.context.currentTime, 0.02);
  }

  play(voice: VoiceName, controls: readonly number[], moved: readonly number[],
    when = this.context.currentTime): void {
    this.of(voice).play(controls, moved, when);
  }

  /** The voice has nothing more to say: all of it fades. */
  release(voice: VoiceName, when = this.context.currentTime, fade = fades[voice]): void {
    for (const [key, instrument] of this.instruments)
      if (key.startsWith(voice)) instrument.release(when, fade);
  }

  /** Ends everything, quickly. */
  releaseAll(when = this.context.currentTime): void {
    for (const instrument of this.instruments.values()) instrument.release(when, 0.02);
  }

  private of(voice: VoiceName): Instrument {
    const key = `${voice} ${this.name}`;
    let instrument = this.instruments.get(key);
    if (!instrument) {
      const made = { string: PluckedString, drone: Drone, drums: Drums }[this.name];
      instrument = new made(this.context, this.outs[voice], characters[voice]);
      this.instruments.set(key, instrument);
    }
    return instrument;
  }
}
