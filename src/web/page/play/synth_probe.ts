// For tests: renders a phrase without loudspeakers and says how loud it was. Not part of the page's
// bundle; a test bundles it by itself and loads it into a browser.

import { VoiceName } from "../desk";
import { InstrumentName } from "./instrument";
import { Synth } from "./synth";

export interface Heard {
  /** Largest absolute sample. */
  peak: number;
  /** Root mean square while the phrase is played. */
  rms: number;
  /** The same from a second after everything was released to the end. */
  rmsAfter: number;
  /** Samples that are no number. */
  broken: number;
}

/**
 * A hand goes up and down on `controls` faders for two seconds, each a little later than the one
 * before it, then everything is released, and two seconds of what follows are listened to.
 */
export async function renderPhrase(
  name: InstrumentName, voices: readonly VoiceName[], controls: number, rate = 44100): Promise<Heard> {
  const context = new OfflineAudioContext(2, 4 * rate, rate);
  const synth = new Synth(context);
  synth.setInstrument(name);
  const stand = new Array<number>(controls).fill(0.5);
  const moved = stand.map((_, control) => control);
  for (let step = 0; step < 120; ++step) {
    for (const control of moved)
      stand[control] = 0.5 + 0.5 * Math.sin(2 * Math.PI * (step / 40 + control / (controls + 1)));
    for (const voice of voices) synth.play(voice, stand, moved, step / 60);
  }
  synth.releaseAll(2);
  const heard = await context.startRendering();
  const of = (from: number, to: number) => {
    let peak = 0, square = 0, broken = 0;
    for (let channel = 0; channel < 2; ++channel) {
      for (const sample of heard.getChannelData(channel).subarray(from * rate, to * rate)) {
        if (!Number.isFinite(sample)) ++broken;
        peak = Math.max(peak, Math.abs(sample));
        square += sample * sample;
      }
    }
    return { peak, rms: Math.sqrt(square / (2 * (to - from) * rate)), broken };
  };
  const during = of(0, 2);
  const after = of(3, 4);
  return {
    peak: Math.max(during.peak, of(2, 3).peak), rms: during.rms, rmsAfter: after.rms,
    broken: during.broken + after.broken };
}

(globalThis as unknown as { impsTest: unknown }).impsTest = { renderPhrase };
