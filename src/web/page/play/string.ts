// A plucked string after Karplus and Strong: a burst of noise goes round a delay line of one period
// and loses a little treble each time. Each string is computed once for each note and kept; filters
// and gains do the rest.

import { Character, Instrument, Soundings, Strikes } from "./instrument";
import { between, frequency, note } from "./scale";

/** What each control does; beyond the eighth it begins again, an octave off. */
const roles = ["pitch", "pitch", "brightness", "decay", "pitch", "echo", "pitch", "pitch"] as const;

/** Where in the scale the string of a control begins: strings beside each other lie apart. */
const registers = [10, 7, 0, 0, 5, 0, 12, 3];

const seconds = 2.5;
const mostKept = 48;

const period = (rate: number, midi: number): number => Math.round(rate / frequency(midi) - 0.5);

export class PluckedString implements Instrument {
  private readonly soundings = new Soundings(14);
  private readonly strikes = new Strikes(0.07, 0.02);
  private readonly echoGain: GainNode;
  private readonly again: GainNode;
  private readonly wet: GainNode;
  private readonly strings = new Map<number, AudioBuffer>();

  constructor(
    private readonly context: BaseAudioContext, private readonly out: AudioNode,
    private readonly character: Character) {
    const echo = context.createDelay(1);
    echo.delayTime.value = 0.31;
    this.again = context.createGain();
    const dull = context.createBiquadFilter();
    dull.type = "lowpass";
    dull.frequency.value = 1800;
    this.echoGain = context.createGain();
    this.echoGain.gain.value = 0.12;
    this.wet = context.createGain();
    this.echoGain.connect(echo).connect(dull).connect(this.wet).connect(out);
    dull.connect(this.again).connect(echo);
  }

  play(controls: readonly number[], moved: readonly number[], when: number): void {
    const of = (role: string, otherwise: number) => {
      const control = roles.indexOf(role as typeof roles[number]);
      return control < controls.length ? controls[control] : otherwise;
    };
    this.echoGain.gain.setTargetAtTime(0.35 * of("echo", 0.35), when, 0.05);
    this.again.gain.setTargetAtTime(0.35, when, 0.01);
    this.wet.gain.setTargetAtTime(1, when, 0.01);
    const plucked = new Map<number, number>();
    for (const control of moved) {
      const way = this.strikes.strike(control, controls[control], when);
      if (way === 0) continue;
      // A control that only colours the sound lets the first string be heard with it.
      const string = roles[control % roles.length] === "pitch" ? control : 0;
      plucked.set(string, Math.max(way, plucked.get(string) ?? 0));
    }
    // A hand on everything at once is a chord of a few strings, not of all.
    const loudest = [...plucked].sort((a, b) => b[1] - a[1]).slice(0, 4);
    loudest.forEach(([string, way], k) => {
      const octave = Math.floor(string / roles.length) % 2 === 0 ? 0 : 5;
      const register = registers[string % roles.length] + this.character.lift + octave;
      this.pluck(note(controls[string], register, 11), Math.min(1, 0.45 + way),
        of("brightness", 0.55), of("decay", 0.6), when + 0.012 * k, loudest.length);
    });
  }

  release(when: number, fade: number): void {
    this.soundings.release(when, fade);
    this.strikes.forget();
    // The echo of what is over is over too.
    for (const { gain } of [this.echoGain, this.again, this.wet]) {
      gain.cancelScheduledValues(when);
      gain.setTargetAtTime(0, when, fade);
    }
  }

  private pluck(midi: number, force: number, brightness: number, decay: number, when: number,
    together: number): void {
    const source = this.context.createBufferSource();
    source.buffer = this.string(midi);
    // The mean of two neighbours delays by half a sample; played a little faster or slower, the
    // string of a whole number of samples is in tune.
    const rate = this.context.sampleRate;
    source.playbackRate.value = frequency(midi) * (period(rate, midi) + 0.5) / rate;
    const tone = this.context.createBiquadFilter();
    tone.type = "lowpass";
    tone.Q.value = 0.5;
    tone.frequency.value = Math.min(16000,
      between(700, 9000, brightness) * (0.5 + 0.5 * force) * this.character.brightness);
    const gain = this.context.createGain();
    gain.gain.setValueAtTime(0.5 * force / Math.sqrt(together), when);
    const holds = between(0.12, 1.4, decay);
    gain.gain.setTargetAtTime(0, when + 0.02, holds);
    source.connect(tone).connect(gain);
    gain.connect(this.out);
    gain.connect(this.echoGain);
    source.start(when);
    source.stop(when + Math.min(seconds, 5 * holds + 0.05));
    this.soundings.add({ source, gain, starts: when });
  }

  /** The string of a note, sounding for `seconds` by itself. Computed in about a millisecond. */
  private string(midi: number): AudioBuffer {
    const kept = this.strings.get(midi);
    if (kept) return kept;
    if (this.strings.size >= mostKept) this.strings.delete(this.strings.keys().next().value as number);
    const rate = this.context.sampleRate;
    const buffer = this.context.createBuffer(1, Math.floor(seconds * rate), rate);
    const samples = buffer.getChannelData(0);
    const whole = period(rate, midi);
    let before = 0;
    let luck = 12345 + midi;
    for (let n = 0; n <= whole; ++n) {
      luck = (Math.imul(luck, 1103515245) + 12345) & 0x7fffffff;
      const noise = luck / 0x3fffffff - 1;
      before = 0.5 * (noise + before);  // a softer plectrum
      samples[n] = before;
    }
    // Low strings ring longer than high ones by themselves; this evens them a little.
    const loss = 0.9985 - 0.0012 * Math.min(1, Math.max(0, (60 - midi) / 40));
    for (let n = whole + 1; n < samples.length; ++n)
      samples[n] = loss * 0.5 * (samples[n - whole] + samples[n - whole - 1]);
    this.strings.set(midi, buffer);
    return buffer;
  }
}
