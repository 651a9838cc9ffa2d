// Dark, light, or as the system has it. Dark is what an instrument in a dark room begins with.

import { button, recall, remember, write } from "../make";

export type Look = "dark" | "light" | "auto";
export const looks: readonly Look[] = ["dark", "light", "auto"];

const systemIsLight = matchMedia("(prefers-color-scheme: light)");
const hearers: (() => void)[] = [];
let look: Look = "dark";

/** Calls `hear` when colours have changed: canvases do not see it by themselves. */
export function onLook(hear: () => void): void {
  hearers.push(hear);
}

export function applyLook(chosen: Look): void {
  look = chosen;
  remember("look", chosen);
  show();
}

export function startLook(): void {
  look = looks.find((one) => one === recall("look")) ?? "dark";
  systemIsLight.addEventListener("change", show);
  show();
}

export const lookNow = (): Look => look;
export const lookName = (one: Look): string => one[0].toUpperCase() + one.slice(1);

/** Goes through the looks, one a press. */
export function lookButton(): HTMLButtonElement {
  const made = button("", "small look-button",
    () => applyLook(looks[(looks.indexOf(look) + 1) % looks.length]));
  made.title = "The page's look: dark, light, or as the system has it (auto)";
  const name = () => {
    write(made, lookName(look));
    made.setAttribute("aria-label", `Look: ${look}`);
  };
  onLook(name);
  name();
  return made;
}

function show(): void {
  const isLight = look === "light" || (look === "auto" && systemIsLight.matches);
  document.documentElement.dataset.theme = isLight ? "light" : "dark";
  for (const hear of hearers) hear();
}
