// What the page says in players' words: names of the modes, times, counts.

import { Mode, State } from "../desk";

/** In the order of their keys, 1 to 5. */
export const modes: readonly { mode: Mode; name: string; short: string; words: string }[] = [
  { mode: "callresponse", name: "Call and response", short: "Call",
    words: "You play; when you stop, the model goes on from where you are" },
  { mode: "polyphony", name: "Polyphony", short: "Poly", words: "Each move of yours gets one answer, a little later" },
  { mode: "battle", name: "Battle", short: "Battle", words: "The model plays by itself and does not listen" },
  { mode: "useronly", name: "Only you", short: "You", words: "The model is silent; what you play is recorded" },
  { mode: "duet", name: "Duet", short: "Duet", words: "What you touch is yours; the model plays the rest, knowing what you hold" },
];

export const modeName = (mode: Mode): string =>
  modes.find((one) => one.mode === mode)?.name ?? mode;

/** Whether each control is either the performer's or the model's just now. */
export const isShared = (state: Pick<State, "mode" | "shared_hands"> | null): boolean =>
  !!state && (state.mode === "duet" || (state.shared_hands && state.mode !== "useronly"));

/** 192 is 3:12, or 03:12 where digits must stay in place. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

/** 4210 is 4,210. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ",");

/** Three figures that mean something: 0.0100, 1.50, 12.0. */
export function figures(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) < 0.00095) return value.toExponential(1);
  return value.toFixed(Math.abs(value) < 0.0995 ? 3 : Math.abs(value) < 9.95 ? 2 : Math.abs(value) < 99.5 ? 1 : 0);
}
