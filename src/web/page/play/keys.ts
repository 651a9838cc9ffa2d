// The keys, and the list of them. A key is left alone where it means something else: in a text field,
// and on a control that needs it.

import { Desk } from "../desk";
import { attributes, button, make } from "../make";
import { Sound } from "./sound";
import { modes } from "./words";

const list: readonly [string, string][] = [
  ["space", "pause, or go on"],
  ["Esc", "panic: everything that sounds ends; in a text, leave it"],
  ...modes.map(({ name }, k): [string, string] => [String(k + 1), name.toLowerCase()]),
  ["t", "a beat is now: tap the tempo"],
  ["n", "a new take begins"],
  ["m", "sound of this page off, or on"],
  ["f", "full screen"],
  ["↑ ↓", "move the fader in focus; with shift, or Page ↑ ↓, further"],
  ["?", "this list"],
];

/** Where typing means text, or arrow keys mean a line of it. */
const takesText = (target: EventTarget | null): boolean => {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["range", "checkbox", "radio", "button", "submit", "file"].includes(target.type);
};

const pressed = "button, a, summary, label, input[type=radio], input[type=checkbox], input[type=file]";

/** The part that the mouse or a finger went to last, until the keyboard moves on. */
let clicked: Element | null = null;

/**
 * What space presses by itself: what the keyboard has gone to. What the mouse has clicked is not
 * pressed again by it: a Reset must not come in place of a pause.
 */
const takesSpace = (target: EventTarget | null): boolean => {
  const part = target instanceof HTMLElement ? target.closest(pressed) : null;
  if (part === null || part === clicked) return false;
  const label = part.closest("label");
  return label === null || label !== clicked;
};

export function keys(place: HTMLElement, desk: Desk, sound: Sound, panic: () => void): void {
  const card = attributes(make("aside", "keys-card"), { id: "keys", "aria-label": "Keys" });
  card.tabIndex = -1;
  card.hidden = true;
  const table = make("dl");
  for (const [key, words] of list) table.append(make("dt", "", make("kbd", "", key)), make("dd", "", words));
  const close = button("Close", "small", () => show(false));
  card.append(make("h2", "", "Keys"), table, close);
  const open = attributes(button("Keys", "small keys-button", () => show(card.hidden)), {
    "aria-controls": card.id, "aria-expanded": "false", title: "All keys (?)" });
  const full = attributes(button("Full screen", "small", fullScreen), { title: "Full screen (f)" });
  place.append(full, open);
  document.body.append(card);

  function show(isShown: boolean): void {
    if (!isShown && card.contains(document.activeElement)) open.focus();
    card.hidden = !isShown;
    if (isShown) card.focus();
    open.setAttribute("aria-expanded", String(isShown));
  }

  addEventListener("pointerdown", ({ target }) => {
    clicked = target instanceof Element ? target.closest(pressed) : null;
  }, true);
  addEventListener("keydown", (key) => {
    if (key.key === "Tab" || key.key.startsWith("Arrow")) clicked = null;
    if (key.ctrlKey || key.metaKey || key.altKey || key.defaultPrevented || key.isComposing) return;
    // Esc leaves a text first: who names a control on the stage does not want to silence it.
    if (takesText(key.target)) {
      if (key.key === "Escape") (key.target as HTMLElement).blur();
      return;
    }
    const act = (does: () => void) => {
      key.preventDefault();
      if (!key.repeat) does();
    };
    const mode = modes[Number(key.key) - 1];
    // Read in the list, Esc closes it; anywhere else it is panic, whatever is open.
    if (key.key === "Escape") act(() => {
      const isReading = card.contains(document.activeElement);
      show(false);
      if (!isReading) panic();
    });
    else if (key.key === " " && !takesSpace(key.target))
      act(() => desk.command("pause", desk.state?.paused ? 0 : 1));
    else if (key.key === "f") act(fullScreen);
    else if (key.key === "t") act(() => desk.command("tap"));
    else if (key.key === "n") act(() => desk.command("take"));
    else if (key.key === "m") act(() => sound.setOff(!sound.off));
    else if (key.key === "?") act(() => show(card.hidden));
    else if (mode) act(() => desk.command("mode", mode.mode));
  });
}

export function fullScreen(): void {
  if (document.fullscreenElement) {
    void document.exitFullscreen();
    return;
  }
  // Esc is panic in full screen, too, where a browser can leave it to the page; held, it leaves.
  const keyboard = (navigator as { keyboard?: { lock?(keys: string[]): Promise<void> } }).keyboard;
  document.documentElement.requestFullscreen?.().then(() => keyboard?.lock?.(["Escape"])).catch(() => undefined);
}
