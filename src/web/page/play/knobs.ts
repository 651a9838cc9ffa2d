// The column beside the river: mode, threshold, adventure, time scale, sound. What is changed elsewhere
// shows here too, but never under a hand that is on it.

import { Desk, State } from "../desk";
import { attributes, button, freshId, make, write } from "../make";
import { sceneButtons } from "../parts/scenes";
import { InstrumentName } from "./instrument";
import { fullScreen } from "./keys";
import { applyLook, Look, lookName, lookNow, looks, onLook } from "./look";
import { Midi } from "./midi";
import { Sound } from "./sound";
import { figures, isShared, modes } from "./words";

/** After a hand has let go, so long it takes until imps has said that it heard. Milliseconds. */
const settling = 400;

/** A way from a slider's place in [0, 1] to a number and back. */
interface Law {
  at(place: number): number;
  place(value: number): number;
}

const unit = (place: number) => Math.min(1, Math.max(0, place));

/** Equal ratios for equal ways; the slider's lower end is 0 if `fromZero`. */
const ratios = (low: number, high: number, fromZero = false): Law => ({
  at: (place) => fromZero && place <= 0 ? 0 : low * (high / low) ** place,
  place: (value) => value <= 0 ? 0 : unit(Math.log(value / low) / Math.log(high / low)),
});
const squares = (high: number): Law => ({
  at: (place) => high * place * place,
  place: (value) => unit(Math.sqrt(value / high)),
});
const straight: Law = { at: (place) => place, place: unit };

interface Slider {
  /** In players' words, and exactly. */
  name: string;
  exact: string;
  title: string;
  law: Law;
  words(value: number): string;
  change(value: number): void;
  /** What a hand can aim at: two meaningful digits, unless said otherwise. */
  round?(value: number): number;
}

const ways: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 };

const twoDigits = (value: number): number => Number(value.toPrecision(2));

export function slider({ name, exact, title, law, words, change, round = twoDigits }: Slider): {
  element: HTMLElement; show(value: number): void } {
  const input = attributes(make("input"), { type: "range", min: "0", max: "1000", step: "1", title });
  input.id = freshId();
  const output = make("output", "number");
  const label = make("label", "names", make("span", "players", name), make("span", "exact", exact));
  label.htmlFor = input.id;
  input.setAttribute("aria-label", name === exact ? name : `${name}, ${exact}`);
  let busyUntil = 0;
  let isHeld = false;
  const write_ = (value: number) => {
    write(output, words(value));
    input.setAttribute("aria-valuetext", words(value));
    input.style.setProperty("--filled", String(Number(input.value) / 1000));
  };
  input.addEventListener("pointerdown", () => void (isHeld = true));
  for (const end of ["pointerup", "pointercancel", "change", "blur"])
    input.addEventListener(end, () => void (isHeld = false));
  input.addEventListener("input", () => {
    busyUntil = performance.now() + settling;
    const value = round(law.at(Number(input.value) / 1000));
    write_(value);
    change(value);
  });
  // A key moves it by what can be read, however fine the slider's own steps are there.
  input.addEventListener("keydown", (event) => {
    const way = ways[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const at = (place: number) => round(law.at(place / 1000));
    let place = Number(input.value);
    const before = at(place);
    do place += way; while (place > 0 && place < 1000 && at(place) === before);
    input.value = String(place);
    input.dispatchEvent(new Event("input"));
  });
  return {
    element: make("div", "knob", label, output, input),
    show: (value) => {
      if (isHeld || performance.now() < busyUntil) return;
      input.value = String(Math.round(1000 * law.place(value)));
      write_(value);
    },
  };
}

/** One of several, as native radio buttons: arrow keys and screen readers know them. */
export function choice<T extends string>(
  name: string, options: readonly { value: T; text: string; title?: string }[], choose: (value: T) => void): {
  element: HTMLElement; show(value: T): void } {
  const group = freshId();
  const inputs = options.map(({ value }) =>
    attributes(make("input", "unseen"), { type: "radio", name: group, value }));
  const labels = options.map(({ text, title }, k) => {
    const label = make("label", "option", inputs[k], make("span", "", text));
    if (title) label.title = title;
    inputs[k].addEventListener("change", () => choose(options[k].value));
    return label;
  });
  const element = attributes(make("div", "choice", ...labels), { role: "radiogroup", "aria-label": name });
  return {
    element,
    show: (value) => inputs.forEach((input, k) => void (input.checked = options[k].value === value)),
  };
}

const group = (name: string, ...within: Node[]) => {
  const head = make("h2", "", name);
  head.id = freshId();
  return attributes(make("section", "group", head, ...within), { "aria-labelledby": head.id });
};

export function knobs(place: HTMLElement, desk: Desk, sound: Sound, midi: Midi): void {
  const seconds = (value: number) => `${figures(value)} s`;
  const mode = choice("Mode",
    modes.map(({ mode, short, name, words }, k) => ({
      value: mode, text: short, title: `${name}: ${words} (${k + 1})` })),
    (value) => desk.command("mode", value));
  const threshold = slider({
    name: "Threshold", exact: "Threshold", title: "The silence before an answer", law: squares(4),
    words: seconds, change: (value) => desk.command("threshold", value) });
  const shared = button("Shared hands", "toggle", () => desk.command("sharedhands", desk.state?.shared_hands ? 0 : 1));
  shared.title = "What you touch stays yours while the model plays the rest; always so in duet";
  const release = slider({
    name: "Let go after", exact: "release", title: "With shared hands: how long after your last touch a control is the model's again",
    law: squares(10), words: seconds, change: (value) => desk.command("release", value) });
  const far = slider({
    name: "How far", exact: "sigma temperature", law: ratios(0.0001, 2, true), words: figures,
    title: "Sigma temperature: how far predictions stray from what the model finds likely; 0 plays its means",
    change: (value) => desk.command("sigmatemp", value) });
  const freely = slider({
    name: "How freely", exact: "pi temperature", law: ratios(0.05, 20), words: figures,
    title: "Pi temperature: how freely it chooses between gestures; small: always the likeliest one",
    change: (value) => desk.command("pitemp", value) });
  const surprise = slider({
    name: "Surprise", exact: "surprise", law: straight,
    words: (value) => value === 0.5 ? "as it comes" : figures(value),
    title: "Of 16 things it could do next: 0 does the most typical one, 1 the rarest, 0.5 any",
    change: (value) => desk.command("surprise", value) });
  const time = slider({
    name: "Time scale", exact: "Time scale", law: ratios(0.1, 10), words: (value) => `× ${figures(value)}`,
    title: "Stretches the time between predictions; 2 is half as fast",
    change: (value) => desk.command("timescale", value) });

  const tempo = slider({
    name: "Tempo", exact: "Tempo", law: ratios(40, 240, true), round: Math.round,
    words: (value) => value < 1 ? "free" : `${figures(value)} a minute`,
    title: "What the model plays goes to the beat; all the way to the left it is free",
    change: (value) => desk.command("tempo", value) });
  const grid = choice("Lines in a beat",
    ["1", "2", "3", "4", "6"].map((value) => ({ value, text: value, title: `${value} in a beat` })),
    (value) => desk.command("grid", Number(value)));
  const snap = slider({
    name: "Snap", exact: "Snap", law: straight, words: (value) => `${Math.round(100 * value)} %`,
    title: "How much of the way to the next line; half keeps half of the model's feel",
    change: (value) => desk.command("snap", value) });
  const tap = button("Tap", "", () => desk.command("tap"));
  tap.title = "On every beat: the tempo is that of your taps (t)";
  const beatWords = make("span", "number");
  const beat = make("details", "beat", make("summary", "", make("span", "", "Beat"), beatWords),
    tempo.element, grid.element, snap.element, make("div", "pair", tap));

  const instrument = choice<InstrumentName>("Instrument",
    [{ value: "string", text: "String" }, { value: "drone", text: "Drone" }, { value: "drums", text: "Drums" }],
    (name) => sound.setInstrument(name));
  instrument.show(sound.instrument);
  const volume = slider({
    name: "Volume", exact: "Volume", title: "How loud this page is", law: straight,
    words: (value) => `${Math.round(100 * value)} %`, change: (value) => sound.setVolume(value) });
  volume.show(sound.volume);
  const off = button("Sound off", "toggle", () => sound.setOff(!sound.off));
  off.title = "Whether this page sounds; what imps sends to others goes on (m)";
  const locked = make("span", "note");
  const hear = () => {
    off.setAttribute("aria-pressed", String(sound.off));
    write(locked, sound.isOn || sound.off ? "" : "begins with a click");
  };
  sound.onChange(hear);
  hear();

  const mute = button("Mute model", "toggle", () => desk.command("mute", desk.state?.muted ? 0 : 1));
  mute.title = "The model listens and thinks, and nothing of it goes out";
  const reset = button("Reset", "", () => desk.command("reset"));
  reset.title = "The model forgets everything it has heard, and goes on from the last frame";

  // Nobody who has no scenes need know of them.
  let hasScenes = false;
  const scenes = group("Scene", sceneButtons(desk, (count) => void (hasScenes = count > 0)));

  const look = choice<Look>("Look", looks.map((value) => ({ value, text: lookName(value) })), applyLook);
  onLook(() => look.show(lookNow()));
  look.show(lookNow());
  const small = group("Look", look.element, button("Full screen", "", fullScreen));
  small.classList.add("narrow-only");

  const soundGroup =
    group("Sound", instrument.element, volume.element, make("div", "pair", off, midi.button), midi.line);
  soundGroup.querySelector("h2")?.append(locked);
  place.append(
    group("Mode", mode.element, threshold.element, release.element, make("div", "pair", shared)),
    scenes,
    group("Adventure", far.element, freely.element, surprise.element, time.element, beat),
    soundGroup,
    make("section", "group", make("div", "pair", reset, mute)),
    small);

  const show = (state: State) => {
    mode.show(state.mode);
    threshold.show(state.threshold);
    far.show(state.sigmatemp);
    freely.show(state.pitemp);
    surprise.show(state.surprise);
    time.show(state.timescale);
    tempo.show(state.tempo);
    grid.show(String(state.grid));
    snap.show(state.snap);
    write(beatWords, state.tempo < 1 ? "free" : `${figures(state.tempo)} a minute`);
    release.show(state.release);
    release.element.hidden = !isShared(state);
    shared.setAttribute("aria-pressed", String(isShared(state)));
    shared.disabled = state.mode === "duet" || state.mode === "useronly";
    mute.setAttribute("aria-pressed", String(state.muted));
    scenes.hidden = !hasScenes;
  };
  scenes.hidden = true;
  const showNow = () => {
    if (desk.state) show(desk.state);
  };
  desk.on("state", showNow);
  // What was refused, or lost on the way, is shown as imps has it.
  setInterval(showNow, 1000);
}
