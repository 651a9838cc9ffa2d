// The one line above the river that says what to do, and, the first times, what just happened. And
// the line that screen readers hear.

import { Desk } from "../desk";
import { write } from "../make";
import { figures } from "./words";

/** Hand-overs are spoken at most this often, in milliseconds. */
const leastApart = 5000;

/** So long a line stays at least, in milliseconds. */
const legible = 1200;

/** After so long without an answer to a panic that is said, in milliseconds. */
const patience = 400;

/** How often a thing is explained before the line falls silent. */
const lessons = 3;

export class Story {
  private hasPlayed = false;
  private answers = 0;
  private returns = 0;
  private line = "";
  private saidAt = -legible;
  private waiting = 0;
  private unanswered = 0;
  private isAnswered = false;
  private hasPanicked = false;
  private panics = Infinity;

  constructor(private readonly place: HTMLElement, private readonly desk: Desk) {
    place.classList.add("story");
    desk.on("connected", () => {
      clearTimeout(this.unanswered);  // that it is lost, or another one, is said elsewhere
      this.show();
    });
    desk.on("stands", ({ performer }) => {
      if (performer.length > 0) this.hasPlayed = true;
      this.show();
    });
    desk.on("state", (change) => {
      if (change.mode || change.paused !== undefined || change.muted !== undefined) {
        clearTimeout(this.waiting);
        this.line = "";
      }
      if (change.dimension === 0) this.hasPlayed = false;
      // Said when it is so, whoever asked for it.
      const panics = desk.state?.counts.panics ?? 0;
      if (panics > this.panics) this.panicked();
      this.panics = panics;
      this.show();
    });
    desk.on("sounded", ({ voice }) => voice === "performer" ? this.performerPlays() : this.modelPlays());
    this.show();
  }

  /** A hand on this page: said at once, not when imps has heard. */
  performerPlays(): void {
    const state = this.desk.state;
    const wasFirst = !this.hasPlayed;
    this.hasPlayed = true;
    if (this.hasPanicked) {
      this.hasPanicked = this.isAnswered = false;
      this.say("");
      return;
    }
    if (state?.mode === "callresponse" || !state) {
      if (wasFirst) this.say("You are playing. Hold still, and the model answers.");
      else if (this.isAnswered) {
        this.isAnswered = false;
        ++this.returns;
        this.say(this.returns <= lessons ? "You took the voice back: the model gave way at once." : "");
      }
    }
  }

  /** Panic was asked for here: said once imps has done it, and if it has not, soon. */
  panicAsked(): void {
    clearTimeout(this.unanswered);
    this.unanswered = window.setTimeout(
      () => this.say("Panic: what this page sounded has ended; imps has not answered yet.", true), patience);
  }

  /** Everything is silent, and stays so until a hand or a command says otherwise. */
  private panicked(): void {
    clearTimeout(this.unanswered);
    clearTimeout(this.waiting);
    this.isAnswered = true;  // what of the model's is still on its way explains nothing
    this.hasPanicked = true;
    this.line = "Panic: everything is silent. Play, and the model goes on.";
    this.saidAt = performance.now();
    this.show();
  }

  private modelPlays(): void {
    const state = this.desk.state;
    if (!state || this.isAnswered) return;
    this.isAnswered = true;
    ++this.answers;
    if (state.mode === "callresponse")
      this.say(this.answers <= lessons
        ? `Still for ${Number(figures(state.threshold))} s, so the model answers. Touch a fader: it gives way.`
        : "", true);
    else if (this.answers <= lessons)
      this.say(state.mode === "polyphony"
        ? "Each move of yours is answered once, as much later as the model expects."
        : state.mode === "duet" ? "What you do not touch, the model plays. Touch a fader, and it is yours."
        : "The model plays by itself now; it does not listen.");
  }

  /** What has been said stays long enough to be read; only the newest of what waits is said then. */
  private say(line: string, atOnce = false): void {
    clearTimeout(this.waiting);
    const wait = atOnce ? 0 : this.saidAt + legible - performance.now();
    if (wait > 0 && this.line !== "") {
      this.waiting = window.setTimeout(() => this.say(line), wait);
      return;
    }
    this.line = line;
    this.saidAt = performance.now();
    this.show();
  }

  private show(): void {
    const { state, connected } = this.desk;
    const line = !connected ? ""
      : state?.paused ? "Paused: the model is silent, you play on. Space lets it go on."
      : state?.muted ? "The model is muted: it listens and thinks, but nothing of it goes out."
      : !this.hasPlayed ? "Drag a fader"
      : state?.mode === "useronly" ? "The model is silent; what you play is recorded."
      : this.line;
    write(this.place, line);
    this.place.classList.toggle("first", line === "Drag a fader");
  }
}

/** Says who has the voice to those who do not see it: politely, and rarely. */
export function speak(place: HTMLElement, desk: Desk): void {
  let said = "";
  let saidAt = -leastApart;
  let timer = 0;
  const now = () => {
    const { state, connected } = desk;
    if (!state) return "";
    if (!connected) return "The connection to imps is lost";
    if (state.paused) return "Paused";
    return state.voice === "model" ? "The model plays" : "You play";
  };
  const consider = () => {
    clearTimeout(timer);
    const line = now();
    if (line === said || line === "") return;
    const wait = saidAt + leastApart - performance.now();
    if (wait > 0) {
      // By then it may have changed back, and nothing needs to be said.
      timer = window.setTimeout(consider, wait);
      return;
    }
    // How things stand when the page opens is there to be read; what changes is spoken.
    if (said !== "") write(place, line);
    said = line;
    saidAt = performance.now();
  };
  desk.on("state", consider);
  desk.on("connected", consider);
}
