// The header: who has the voice, in the largest letters of the page, how busy each voice is, the mode,
// the model, and the two buttons that must always be in reach.

import { Desk, VoiceName } from "../desk";
import { attributes, button, make, write } from "../make";
import { modeName } from "./words";

/** Events a second that fill the meter. */
const busy = 30;

export class Header {
  private readonly words: Record<VoiceName, HTMLElement>;
  private readonly meters: Record<VoiceName, HTMLElement>;
  private readonly level: Record<VoiceName, number> = { performer: 0, model: 0 };
  private readonly drawn: Record<VoiceName, number> = { performer: -1, model: -1 };
  private readonly voices: HTMLElement;
  private readonly trouble = make("p", "trouble");
  private readonly mode = make("span", "mode-name");
  private readonly called = make("span", "model-called");
  private readonly size = make("span");
  private readonly model = make("p", "model-name", this.called, this.size);
  private readonly pause: HTMLButtonElement;
  private wasAt = performance.now();

  constructor(place: HTMLElement, private readonly desk: Desk, panic: () => void) {
    this.meters = { performer: make("span", "meter-fill"), model: make("span", "meter-fill") };
    const word = (voice: VoiceName, sign: string) => {
      const shape = make("span", "sign", sign);
      shape.setAttribute("aria-hidden", "true");
      return make("div", `voice voice-${voice}`,
        make("span", "voice-word", shape, voice), make("span", "meter", this.meters[voice]));
    };
    this.words = { performer: word("performer", "●"), model: word("model", "◆") };
    this.voices = make("div", "voices", this.words.performer, this.words.model);
    this.trouble.hidden = true;
    this.pause = button("Pause", "pause", () => desk.command("pause", desk.state?.paused ? 0 : 1));
    this.pause.title = "The model falls silent, you play on; pressed again, it goes on (space)";
    const stop = attributes(button("Panic", "panic", panic), {
      title: "Everything that sounds ends, and the model waits until you play (Esc)" });
    place.append(
      make("h1", "brand", "imps"),
      make("div", "who", this.voices, this.trouble),
      make("div", "what", make("p", "mode-line", this.mode), this.model),
      make("div", "urgent", this.pause, stop));
    desk.on("state", () => this.show());
    desk.on("connected", () => this.show());
    desk.on("sounded", ({ voice }) => void ++this.level[voice]);
    this.show();
  }

  /** Lets the meters fall. Called once a frame of the screen. */
  draw(): void {
    const now = performance.now();
    const seconds = Math.min(1, (now - this.wasAt) / 1000);
    this.wasAt = now;
    for (const voice of ["performer", "model"] as const) {
      this.level[voice] *= Math.exp(-seconds / 0.7);
      // Square root: a slow answer is seen too.
      const shown = Math.round(100 * Math.min(1, Math.sqrt(this.level[voice] / (0.7 * busy))));
      if (shown === this.drawn[voice]) continue;
      this.drawn[voice] = shown;
      this.meters[voice].style.transform = `scaleX(${shown / 100})`;
    }
  }

  private show(): void {
    const { state, connected } = this.desk;
    this.voices.classList.toggle("away", !connected);
    this.trouble.hidden = connected;
    this.trouble.title = this.desk.isLockedOut ? "imps was started anew: its terminal shows the link with the new token" : "";
    write(this.trouble, connected ? "" : this.desk.isLockedOut ? "Open the new link" : state ? "Connection lost, retrying…" : "Looking for imps…");
    if (!state) return;
    for (const voice of ["performer", "model"] as const)
      this.words[voice].classList.toggle("speaks", connected && state.voice === voice && !(voice === "model" && state.paused));
    write(this.mode, state.paused ? `${modeName(state.mode)}, paused` : state.muted
      ? `${modeName(state.mode)}, model muted` : modeName(state.mode));
    this.mode.classList.toggle("held", state.paused || state.muted);
    const size = /,\s*(\w+)\s*\(/.exec(state.model?.words ?? "")?.[1];
    const name = state.model?.name.split("/").pop()?.replace(/\.(safetensors|tflite|keras|h5)$/, "")
      // A name that says only sizes, which stand beside it, and when it was made.
      .replace(/^musicMDRNN-dim\d+-layers\d+-units\d+-mixtures\d+-scale10-(?=\d)/, "");
    write(this.called, state.model ? name ?? "" : "a model comes with your first move");
    write(this.size, state.model ? [` · ${state.dimension}d`, size].filter(Boolean).join(" · ") : "");
    this.model.title = state.model ? `${state.model.name}: ${state.model.words}` : "";
    this.pause.setAttribute("aria-pressed", String(state.paused));
  }
}
