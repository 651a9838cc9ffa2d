// A drone: three oscillators that lie a little beside each other, through a filter. It swells while
// a hand moves, and fades when nothing has moved for a while.

import { Character, Instrument } from "./instrument";
import { between, frequency, note } from "./scale";

/** What each control does; those beyond the eighth are partials of the drone. */
const roles = ["pitch", "cutoff", "spread", "interval", "resonance", "wobble", "depth", "sub"] as const;
const intervals = [0, 3, 5, 7, 10, 12];

const mostPartials = 8;
const holds = 5;

export class Drone implements Instrument {
  private readonly level: GainNode;
  private readonly filter: BiquadFilterNode;
  private readonly tones: OscillatorNode[];
  private readonly sub: OscillatorNode;
  private readonly subLevel: GainNode;
  private readonly wobble: OscillatorNode;
  private readonly depth: GainNode;
  private readonly partials: { tone: OscillatorNode; level: GainNode }[] = [];

  constructor(
    private readonly context: BaseAudioContext, out: AudioNode, private readonly character: Character) {
    this.level = context.createGain();
    this.level.gain.value = 0;
    this.filter = context.createBiquadFilter();
    this.filter.type = "lowpass";
    this.filter.connect(this.level).connect(out);
    const mix = context.createGain();
    mix.gain.value = 0.16;
    mix.connect(this.filter);
    this.tones = [0, 1, 2].map(() => this.start(character.wave, mix));
    this.subLevel = context.createGain();
    this.subLevel.gain.value = 0;
    this.subLevel.connect(this.filter);
    this.sub = this.start("sine", this.subLevel);
    this.depth = context.createGain();
    this.depth.gain.value = 0;
    this.depth.connect(this.filter.detune);
    this.wobble = this.start("sine", this.depth);
    this.set([0.4], context.currentTime);
  }

  play(controls: readonly number[], moved: readonly number[], when: number): void {
    if (moved.length === 0) return;
    this.set(controls, when);
    const gain = this.level.gain;
    gain.cancelScheduledValues(when);
    gain.setTargetAtTime(0.9, when, 0.06);
    gain.setTargetAtTime(0, when + holds, 1);
  }

  release(when: number, fade: number): void {
    this.level.gain.cancelScheduledValues(when);
    this.level.gain.setTargetAtTime(0, when, fade);
  }

  private set(controls: readonly number[], when: number): void {
    const of = (role: typeof roles[number], otherwise: number) => {
      const control = roles.indexOf(role);
      return control < controls.length ? controls[control] : otherwise;
    };
    const glide = (parameter: AudioParam, value: number, time: number) => {
      parameter.cancelScheduledValues(when);
      parameter.setTargetAtTime(value, when, time);
    };
    const midi = note(of("pitch", 0.4), 2 + this.character.lift, 13);
    const base = frequency(midi);
    const spread = between(3, 28, of("spread", 0.35));
    const interval = intervals[Math.min(5, Math.floor(6 * of("interval", 0.55)))];
    glide(this.tones[0].frequency, base, 0.04);
    glide(this.tones[1].frequency, base * 2 ** (spread / 1200), 0.04);
    glide(this.tones[2].frequency, frequency(midi + interval) * 2 ** (-spread / 1200), 0.04);
    glide(this.sub.frequency, base / 2, 0.04);
    glide(this.subLevel.gain, 0.3 * of("sub", 0.3), 0.05);
    glide(this.filter.frequency,
      Math.min(12000, between(180, 6000, of("cutoff", 0.5)) * this.character.brightness), 0.03);
    glide(this.filter.Q, between(0.7, 9, of("resonance", 0.3)), 0.05);
    glide(this.wobble.frequency, between(0.15, 9, of("wobble", 0.35)), 0.05);
    glide(this.depth.gain, 1600 * of("depth", 0.15) ** 2, 0.05);
    for (let k = 0; k < mostPartials && roles.length + k < controls.length; ++k) {
      if (!this.partials[k]) this.addPartial(when);
      glide(this.partials[k].tone.frequency, base * (k + 2), 0.04);
      glide(this.partials[k].level.gain, 0.12 * controls[roles.length + k] ** 2 / Math.sqrt(k + 1), 0.05);
    }
  }

  private addPartial(when: number): void {
    const level = this.context.createGain();
    level.gain.setValueAtTime(0, when);
    level.connect(this.level);
    this.partials.push({ tone: this.start("sine", level), level });
  }

  private start(wave: OscillatorType, out: AudioNode): OscillatorNode {
    const tone = this.context.createOscillator();
    tone.type = wave;
    tone.connect(out);
    tone.start();
    return tone;
  }
}
