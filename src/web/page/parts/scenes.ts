// A button for each scene of the configuration; the one that plays is pressed.

import { Desk } from "../desk";
import { button, el, put } from "./element";

/** @param told  hears how many scenes there are, and whether one plays, whenever that changes */
export function sceneButtons(desk: Desk, told: (count: number, plays: boolean) => void): HTMLElement {
  const all = el("div", { class: "dos", role: "group", "aria-label": "Scenes" });
  let shown = "";
  const show = () => {
    const { scene = "", scenes = [] } = desk.state ?? {};
    const now = JSON.stringify([scene, scenes]);
    if (now === shown) return;
    shown = now;
    const focused = document.activeElement?.textContent ?? "";
    const had = all.contains(document.activeElement);
    put(all, ...scenes.map((name) => button(name, () => desk.command("scene", name), {
      "aria-pressed": name === scene,
    })));
    if (had) [...all.children].forEach((one) => one.textContent === focused && (one as HTMLElement).focus());
    told(scenes.length, scene !== "");
  };
  desk.on("state", (changed) => {
    if ("scene" in changed || "scenes" in changed) show();
  });
  show();
  return all;
}
