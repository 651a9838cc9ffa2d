// Eight drums, one a control: a move strikes, the further the harder, and the value tunes what is
// struck. Skins are falling sines, metal and wires are filtered noise.

import { Character, Instrument, Soundings, Strikes } from "./instrument";
import { between } from "./scale";

/** A drum: a skin, a rattle, or both. Frequencies in Hz, decays (time constants) in seconds. */
interface Drum {
  skin?: { low: number; high: number; falls: number; decay: number; level: number };
  noise?: { low: number; high: number; shape: BiquadFilterType; decay: number; level: number };
}

const drums: readonly Drum[] = [
  { skin: { low: 42, high: 75, falls: 4, decay: 0.11, level: 0.95 } },                       // kick
  { skin: { low: 150, high: 240, falls: 1.5, decay: 0.05, level: 0.35 },
    noise: { low: 1200, high: 4200, shape: "bandpass", decay: 0.07, level: 0.8 } },          // snare
  { noise: { low: 6000, high: 11000, shape: "highpass", decay: 0.03, level: 0.32 } },        // closed hat
  { skin: { low: 80, high: 150, falls: 1.6, decay: 0.14, level: 0.7 } },                     // low tom
  { skin: { low: 150, high: 300, falls: 1.6, decay: 0.1, level: 0.6 } },                     // high tom
  { skin: { low: 600, high: 1500, falls: 1.1, decay: 0.018, level: 0.45 } },                 // rim
  { noise: { low: 900, high: 2600, shape: "bandpass", decay: 0.09, level: 0.9 } },           // clap
  { noise: { low: 4500, high: 8500, shape: "highpass", decay: 0.22, level: 0.25 } },         // open hat
];

export class Drums implements Instrument {
  private readonly soundings = new Soundings(16);
  private readonly strikes = new Strikes(0.085, 0.03);
  private readonly noise: AudioBuffer;

  constructor(
    private readonly context: BaseAudioContext, private readonly out: AudioNode,
    private readonly character: Character) {
    this.noise = context.createBuffer(1, context.sampleRate, context.sampleRate);
    const samples = this.noise.getChannelData(0);
    let luck = 22222;
    for (let n = 0; n < samples.length; ++n) {
      luck = (Math.imul(luck, 1103515245) + 12345) & 0x7fffffff;
      samples[n] = luck / 0x3fffffff - 1;
    }
  }

  play(controls: readonly number[], moved: readonly number[], when: number): void {
    const struck: [number, number][] = [];
    for (const control of moved) {
      const way = this.strikes.strike(control, controls[control], when);
      if (way > 0) struck.push([control, way]);
    }
    struck.sort((a, b) => b[1] - a[1]);
    for (const [control, way] of struck.slice(0, 4))
      this.strike(drums[control % drums.length], controls[control],
        Math.min(1, 0.4 + 2 * way) / Math.sqrt(Math.min(4, struck.length)), when);
  }

  release(when: number, fade: number): void {
    this.soundings.release(when, Math.min(fade, 0.08));
    this.strikes.forget();
  }

  private strike({ skin, noise }: Drum, value: number, force: number, when: number): void {
    if (skin) {
      const source = this.context.createOscillator();
      const pitch = between(skin.low, skin.high, value) * this.character.brightness ** 0.5;
      source.frequency.setValueAtTime(pitch * skin.falls, when);
      source.frequency.setTargetAtTime(pitch, when, 0.02);
      this.sound(source, source, skin.level * force, skin.decay, when);
    }
    if (noise) {
      const source = this.context.createBufferSource();
      source.buffer = this.noise;
      source.loop = true;
      const filter = this.context.createBiquadFilter();
      filter.type = noise.shape;
      filter.frequency.value = Math.min(14000,
        between(noise.low, noise.high, value) * this.character.brightness);
      source.connect(filter);
      this.sound(source, filter, noise.level * force, noise.decay, when);
    }
  }

  private sound(source: AudioScheduledSourceNode, last: AudioNode, level: number, decay: number,
    when: number): void {
    const gain = this.context.createGain();
    gain.gain.setValueAtTime(0, when);
    gain.gain.linearRampToValueAtTime(level, when + 0.002);
    gain.gain.setTargetAtTime(0, when + 0.004, decay);
    last.connect(gain).connect(this.out);
    source.start(when);
    source.stop(when + 8 * decay + 0.02);
    this.soundings.add({ source, gain, starts: when });
  }
}
