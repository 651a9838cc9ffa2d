// Pitches that sound well together whatever is played: a control's value becomes a note of a minor
// pentatonic, so no two faders can clash.

const steps = [0, 3, 5, 7, 10];

/** D2, in MIDI's numbers. */
const root = 38;

/**
 * The note that a value in [0, 1] stands for, in MIDI's numbers.
 *
 * @param register  how many notes of the scale above its lowest one the range begins.
 * @param reach  how many notes of the scale the range holds.
 */
export function note(value: number, register: number, reach: number): number {
  const degree = register + Math.min(reach - 1, Math.floor(Math.max(0, value) * reach));
  return root + 12 * Math.floor(degree / steps.length) + steps[degree % steps.length];
}

/** In Hz; MIDI's 69 is A4. */
export const frequency = (midi: number): number => 440 * 2 ** ((midi - 69) / 12);

/** From low to high as the ear hears it: equal ratios for equal ways. */
export const between = (low: number, high: number, value: number): number =>
  low * (high / low) ** Math.min(1, Math.max(0, value));
