// The colours of the style sheet, for canvases: read once, and again when the look changes.

import { VoiceName } from "../desk";

export interface Colours {
  voices: Record<VoiceName, string>;
  ground: string;
  line: string;
  faint: string;
  text: string;
  font: string;
}

export function colours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    voices: { performer: of("--performer"), model: of("--model") },
    ground: of("--sunk"), line: of("--line"), faint: of("--faint"), text: of("--soft"),
    font: of("--font"),
  };
}
