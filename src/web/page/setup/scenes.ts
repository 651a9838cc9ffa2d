// The scenes of the configuration, and which one plays.

import { Desk } from "../desk";
import { el, put } from "../parts/element";
import { sceneButtons } from "../parts/scenes";

export function scenesOf(desk: Desk): HTMLElement {
  const words = el("p", { class: "quiet" });
  const all = sceneButtons(desk, (count, plays) => {
    put(words, ...(count === 0
      ? ["None yet. A scene is a section of the file, such as ", el("code", {}, "[scenes.verse]"), ", with the keys that it changes."]
      : [plays ? "" : "None plays: the file's own values do."]));
    words.hidden = words.textContent === "";
  });
  return el("section", { class: "part" }, el("h2", {}, "Scenes"), all, words);
}
