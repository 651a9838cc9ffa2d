// One take in the list: its picture, what is known of it, and what can be done with it.

import { Desk } from "../desk";
import { button, el, Fault, Item, put, setAttribute, write } from "../parts/element";
import { Take } from "../parts/takes";
import { throwAway } from "../parts/trash";
import { bytes, count, counted, duration, inPath, span, whenBegun } from "../parts/words";
import { PictureView } from "./picture";
import { playback } from "./playback";
import { Trim } from "./trim";

const stillness = matchMedia("(prefers-reduced-motion: reduce)");

export class TakeItem implements Item<Take> {
  readonly element: HTMLElement;
  private readonly picture: PictureView;
  private readonly frame = el("div", { class: "picture" });
  private readonly cursor = el("div", { class: "picture-cursor", hidden: true });
  private readonly under = el("div", { class: "take-under" });
  private readonly title = el("h3", { class: "take-when" });
  private readonly facts = el("p", { class: "take-facts" });
  private readonly badges = el("p", { class: "take-badges" });
  private readonly fault = new Fault();
  private readonly play: HTMLButtonElement;
  private readonly trim: HTMLButtonElement;
  private readonly aside: HTMLButtonElement;
  private readonly remove: HTMLButtonElement;
  private readonly end: HTMLButtonElement;
  private readonly file: HTMLAnchorElement;
  private plays = false;
  private cut: Trim | null = null;

  constructor(private readonly desk: Desk, private take: Take) {
    this.picture = new PictureView(desk, take.id);
    this.frame.append(this.picture.canvas, this.cursor);
    this.play = button("Play back", () => this.playBack());
    this.trim = button("Trim", () => (this.cut ? this.leaveTrim() : this.beginTrim()), { "aria-expanded": false });
    this.aside = button("Not that", () => this.setAside(), { "aria-pressed": false });
    this.remove = button("Delete", () => this.delete());
    this.end = button("End it", () => this.desk.command("take"));
    setAttribute(this.end, "title", "This take ends, and another one begins (n)");
    this.file = el("a", { class: "do", download: true, href: `/api/v1/takes/${inPath(take.id)}/file` }, "Log");
    this.element = el("li", { class: "take" },
      this.frame, this.under,
      el("div", { class: "take-words" }, this.title, this.facts, this.badges),
      el("div", { class: "take-does" }, this.play, this.trim, this.aside, this.file, this.end, this.remove),
      this.fault.element);
    this.update(take);
  }

  update(take: Take): void {
    this.take = take;
    const name = whenBegun(take.when);
    write(this.title, name);
    this.title.title = `${take.id} · ${bytes(take.bytes)}`;
    write(this.facts, [duration(take.seconds), counted(take.rows, "row"), take.instrument]
      .filter(Boolean).join(" · "));
    const share = take.rows > 0 ? Math.round((100 * take.model) / take.rows) : 0;
    this.facts.title = `${count(take.performer)} rows of the performer, ${count(take.model)} of the model (${share} %); dimension ${take.dimension}: time and ${counted(take.dimension - 1, "control")}`;
    const marks = Array.isArray(take.marks) ? take.marks.length : take.marks;
    put(this.badges,
      take.running && el("span", { class: "badge badge-running" }, "Being recorded"),
      take.set_aside && el("span", { class: "badge" }, "Set aside"),
      marks > 0 && el("span", { class: "badge" }, counted(marks, "mark")));
    this.badges.hidden = this.badges.childNodes.length === 0;
    this.element.dataset.aside = String(take.set_aside);
    this.element.dataset.running = String(take.running);
    setAttribute(this.aside, "aria-pressed", take.set_aside);
    this.end.hidden = !take.running;
    this.remove.disabled = take.running;
    this.trim.disabled = take.running || !!take.error;
    this.play.disabled = !!take.error;
    const why = take.running ? "It is still being recorded: end it first" : "";
    const isDamaged = take.error ? "It cannot be read" : "";
    setAttribute(this.aside, "title", take.running
      ? "Marks what was just played: no dataset takes that phrase in (mark)"
      : "No dataset takes it in (set_aside)");
    setAttribute(this.remove, "title", why || null);
    setAttribute(this.trim, "title", why || isDamaged || null);
    setAttribute(this.play, "title", isDamaged || "On this page only: nothing goes to the stage");
    if (take.error) this.fault.say(take.error);
    for (const [does, words] of [
      [this.play, "Play back"], [this.trim, "Trim"], [this.aside, "Not that:"], [this.remove, "Delete"],
      [this.end, "End"],
      [this.file, "Save the log of"],
    ] as const) setAttribute(does, "aria-label", `${words} the take of ${name}`);
    void this.picture.read(take.rows);
  }

  private playBack(): void {
    if (this.plays) {
      playback.stop();
      return;
    }
    this.setPlaying(true);
    const seconds = this.take.seconds;
    let shown = -1;
    const started = this.fault.watch(() => playback.start(this.desk, this.take.id, seconds, {
      at: (now) => {
        // Who wants little motion gets a step a second.
        const at = stillness.matches ? Math.floor(now) : now;
        if (at === shown) return;
        shown = at;
        this.cursor.style.left = `${(100 * at) / Math.max(seconds, 0.001)}%`;
      },
      ended: () => this.setPlaying(false),
    }));
    void started.then((well) => {
      if (!well) this.setPlaying(false);
    });
  }

  private setPlaying(plays: boolean): void {
    this.plays = plays;
    this.cursor.hidden = !plays;
    this.cursor.style.left = "0";
    this.element.dataset.plays = String(plays);
    write(this.play, plays ? "Stop" : "Play back");
    setAttribute(this.play, "aria-label", `${plays ? "Stop" : "Play back"} the take of ${whenBegun(this.take.when)}`);
  }

  private beginTrim(): void {
    this.cut = new Trim(this.take.seconds, (from, to) => this.keep(from, to), () => this.leaveTrim());
    this.frame.append(this.cut.handles);
    put(this.under, this.cut.words);
    this.element.dataset.trims = "true";
    setAttribute(this.trim, "aria-expanded", true);
    this.cut.focus();
  }

  private leaveTrim(): void {
    this.cut?.handles.remove();
    this.cut = null;
    put(this.under);
    this.element.dataset.trims = "false";
    setAttribute(this.trim, "aria-expanded", false);
    this.trim.focus();
  }

  private async keep(from: number, to: number): Promise<void> {
    const well = await this.fault.watch(() => throwAway(this.desk, `/takes/${inPath(this.take.id)}`,
      `Trimmed to ${span(to - from)}; the whole take is in the trash`, [from, to]));
    if (well) this.leaveTrim();
  }

  private setAside(): void {
    if (this.take.running) {
      this.desk.command("mark", "not that");
      this.desk.say("What was just played is marked: no dataset takes that phrase in");
      return;
    }
    const aside = !this.take.set_aside;
    void this.fault.watch(async () => {
      await this.desk.send("PATCH", `/takes/${inPath(this.take.id)}`, { set_aside: aside });
      this.update({ ...this.take, set_aside: aside });
    });
  }

  private delete(): void {
    void this.fault.watch(() => throwAway(this.desk, `/takes/${inPath(this.take.id)}`,
      `The take of ${whenBegun(this.take.when)} is in the trash`));
  }
}
