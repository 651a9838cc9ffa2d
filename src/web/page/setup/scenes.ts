// The scenes of the configuration, and which one plays.

import { Desk } from "../desk";
import { button, el, put } from "../parts/element";

export function scenesOf(desk: Desk): HTMLElement {
  const all = el("div", { class: "dos", role: "group", "aria-label": "Scenes" });
  const words = el("p", { class: "quiet" });
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
    put(words, ...(scenes.length === 0
      ? ["None yet. A scene is a section of the file, such as ", el("code", {}, "[scenes.verse]"), ", with the keys that it changes."]
      : [scene === "" ? "None plays: the file's own values do." : ""]));
    words.hidden = words.textContent === "";
  };
  desk.on("state", (changed) => {
    if ("scene" in changed || "scenes" in changed) show();
  });
  show();
  return el("section", { class: "part" }, el("h2", {}, "Scenes"), all, words);
}
