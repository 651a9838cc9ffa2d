// The faders: one a control, for mouse, pen, fingers and keys. The cap is where the performer stands,
// in the colour of whoever moved the control last; the thin mark is where the model stands.
//
// What a hand on this page does is not overwritten by what imps tells while the hand is there, and
// half a second longer, until what it did has come back.

import { Desk, VoiceName } from "../desk";
import { attributes, button, freshId, make, write } from "../make";
import { suggestControls } from "./suggest";
import { isShared } from "./words";

/** Hears what a hand does here: where all controls stand now, and which moved. */
export type Moved = (controls: readonly number[], moved: readonly number[]) => void;

const settling = 0.5;
const grippingEveryMs = 10_000;
const mostControls = 128;
const mostByHand = 16;

interface Fader {
  element: HTMLElement;
  cap: HTMLElement;
  mark: HTMLElement;
  value: HTMLElement;
  isHeld: boolean;
  movedAt: number;
}

export class Faders {
  /** Where the performer stands. */
  readonly controls: number[] = [];
  private readonly model: number[] = [];
  private faders: Fader[] = [];
  private chosen = 8;
  private isChosenHere = false;
  private names = "";
  private readonly row = attributes(make("div", "faders-row"), { role: "group", "aria-label": "Faders" });
  private readonly count = make("output", "count");
  // The name and value of the fader that was touched last, where there is no room for those of all.
  private readonly tells = attributes(make("span", "tells"), { "aria-hidden": "true" });
  private told = 0;
  private readonly less: HTMLElement;
  private readonly more: HTMLElement;
  private readonly stale = new Set<number>();

  constructor(private readonly place: HTMLElement, private readonly desk: Desk, private readonly moved: Moved) {
    const step = (by: number) => {
      this.isChosenHere = true;
      this.choose(Math.min(mostByHand, this.chosen + by));
    };
    this.less = button("−", "small", () => step(-1));
    this.more = button("+", "small", () => step(1));
    this.less.setAttribute("aria-label", "One fader less");
    this.more.setAttribute("aria-label", "One fader more");
    this.count.id = freshId();
    const picker = attributes(make("div", "picker", this.less, this.count, this.more, this.tells), {
      role: "group", "aria-label": "How many faders" });
    place.append(this.row, picker);
    // More faders than there is room for: a wheel turns through them.
    this.row.addEventListener("wheel", (wheel) => {
      if (this.row.scrollWidth <= this.row.clientWidth || Math.abs(wheel.deltaX) > Math.abs(wheel.deltaY)) return;
      wheel.preventDefault();
      this.row.scrollLeft += wheel.deltaY;
    }, { passive: false });
    this.build(this.chosen);
    // Nobody hears what is moved while imps is away; this page's own sound does.
    const showConnected = () => this.place.classList.toggle("away", !desk.connected);
    desk.on("connected", showConnected);
    showConnected();
    desk.on("state", (change) => {
      if ("dimension" in change || "instrument" in change) this.fit();
    });
    desk.on("state", (change) => {
      if ("held" in change || "mode" in change || "shared_hands" in change) this.showOwners();
    });
    desk.on("stands", ({ performer, model }) => {
      if (model.length === 0) this.model.length = 0;
      if (performer.length === 0) for (const { element } of this.faders) delete element.dataset.last;
      this.faders.forEach((_, control) => this.stale.add(control));
      performer.forEach((value, control) => this.hear("performer", control, value, false));
      model.forEach((value, control) => this.hear("model", control, value, false));
    });
    desk.on("sounded", ({ voice, controls, moved }) => {
      for (const control of moved) this.hear(voice, control, controls[control], true);
    });
    this.fit();
    suggestControls(desk, (count) => {
      if (!this.isChosenHere) this.choose(count);
    });
  }

  /** Whether imps knows how many controls there are. */
  get isSettled(): boolean {
    return (this.desk.state?.dimension ?? 0) > 0;
  }

  /** Moves a control as a hand would. */
  move(control: number, value: number): void {
    if (control >= this.controls.length) return;
    const to = Math.min(1, Math.max(0, value));
    const fader = this.faders[control];
    fader.movedAt = performance.now() / 1000;
    if (to === this.controls[control]) return;
    this.controls[control] = to;
    fader.element.dataset.last = "performer";
    this.draw(control);
    if (this.isSettled) this.desk.move([[control, to]]);
    else this.desk.play(this.controls);
    this.moved(this.controls, [control]);
  }

  /** Draws what imps has told since the last time; once a frame of the screen. */
  refresh(): void {
    for (const control of this.stale) this.draw(control);
    this.stale.clear();
  }

  nameOf(control: number): string {
    return this.desk.state?.instrument.controls[control] || `Control ${control + 1}`;
  }

  private choose(count: number): void {
    this.chosen = Math.min(mostControls, Math.max(1, count));
    this.fit();
  }

  private fit(): void {
    const dimension = this.desk.state?.dimension ?? 0;
    const count = dimension > 0 ? Math.min(mostControls, dimension - 1) : this.chosen;
    // Their place stays: faders must not grow under the hand whose first move settles the number.
    for (const step of [this.less, this.more]) step.style.visibility = dimension > 0 ? "hidden" : "";
    this.place.classList.toggle("settled", dimension > 0);
    write(this.count, count === 1 ? "1 fader" : `${count} faders`);
    const names = JSON.stringify(this.desk.state?.instrument.controls ?? []);
    if (count !== this.faders.length || names !== this.names) this.build(count);
    this.names = names;
  }

  /** Where controls are shared, a cap's colour says whose it is just now. */
  private showOwners(): void {
    const { state } = this.desk;
    if (!isShared(state)) {
      for (const { element } of this.faders) delete element.dataset.owner;
      return;
    }
    const held = new Set(state?.held);
    this.faders.forEach(({ element }, control) => {
      element.dataset.owner = held.has(control) ? "performer" : "model";
      this.stale.add(control);
    });
  }

  private hear(voice: VoiceName, control: number, value: number, isMove: boolean): void {
    const fader = this.faders[control];
    if (!fader) return;
    if (voice === "model") this.model[control] = value;
    // On one instrument, what the model moves has moved.
    const moves = voice === "performer" || fader.element.dataset.owner === "model";
    if (moves && !fader.isHeld && performance.now() / 1000 - fader.movedAt > settling)
      this.controls[control] = value;
    if (isMove && !(voice === "model" && fader.isHeld)) fader.element.dataset.last = voice;
    this.stale.add(control);
  }

  private build(count: number): void {
    this.controls.length = Math.min(this.controls.length, count);
    while (this.controls.length < count) this.controls.push(0.5);
    this.model.length = Math.min(this.model.length, count);
    this.told = 0;
    delete this.place.dataset.tells;
    this.place.dataset.size = count <= 8 ? "few" : count <= 16 ? "some" : "many";
    this.faders = this.controls.map((_, control) => this.make(control));
    this.row.replaceChildren(...this.faders.map((fader) => fader.element.parentElement as HTMLElement));
    this.showOwners();
    for (let control = 0; control < count; ++control) this.draw(control);
  }

  private make(control: number): Fader {
    const name = this.nameOf(control);
    const cap = make("span", "cap");
    const mark = make("span", "mark");
    const element = attributes(make("div", "fader", make("span", "track"), mark, cap), {
      role: "slider", tabindex: "0", "aria-label": name, "aria-orientation": "vertical",
      "aria-valuemin": "0", "aria-valuemax": "1" });
    element.dataset.control = String(control);
    const value = make("span", "value");
    value.setAttribute("aria-hidden", "true");
    const label = make("span", "label",
      this.controls.length > 10 || name.startsWith("Control ") ? String(control + 1) : name);
    attributes(label, { "aria-hidden": "true", title: name });
    make("div", "fader-column", value, element, label);
    const fader: Fader = { element, cap, mark, value, isHeld: false, movedAt: -1 };
    this.listen(fader, control);
    return fader;
  }

  private listen(fader: Fader, control: number): void {
    const { element, cap } = fader;
    const at = (event: PointerEvent): number => {
      const box = element.getBoundingClientRect();
      const half = cap.offsetHeight / 2;
      return 1 - (event.clientY - box.top - half) / Math.max(1, box.height - 2 * half);
    };
    element.addEventListener("focus", () => this.tell(control));
    element.addEventListener("pointerdown", (down) => {
      if (down.button !== 0 || fader.isHeld) return;
      this.tell(control);
      element.setPointerCapture(down.pointerId);
      fader.isHeld = true;
      element.dataset.held = "";
      // Where controls are shared, a finger that rests on its fader keeps it. It says so again and
      // again, for a page that is closed says nothing.
      const grip = () => void (isShared(this.desk.state) && this.desk.grip(control, true));
      grip();
      const gripping = setInterval(grip, grippingEveryMs);
      // Taken by its cap, a fader does not jump; touched elsewhere, it comes to the finger.
      const box = cap.getBoundingClientRect();
      const onCap = down.clientY >= box.top - 4 && down.clientY <= box.bottom + 4;
      const offset = onCap ? this.controls[control] - at(down) : 0;
      if (!onCap) this.move(control, at(down));
      // Each finger holds its own fader until it is lifted, wherever it has gone. Listened to at the
      // window, because a mouse's capture may come to nothing when it does not move at once.
      const follow = (move: PointerEvent) => {
        if (move.pointerId === down.pointerId) this.move(control, at(move) + offset);
      };
      const letGo = (end: PointerEvent) => {
        if (end.pointerId !== down.pointerId) return;
        fader.isHeld = false;
        delete element.dataset.held;
        clearInterval(gripping);
        if (isShared(this.desk.state)) this.desk.grip(control, false);
        removeEventListener("pointermove", follow);
        removeEventListener("pointerup", letGo);
        removeEventListener("pointercancel", letGo);
      };
      addEventListener("pointermove", follow);
      addEventListener("pointerup", letGo);
      addEventListener("pointercancel", letGo);
    });
    element.addEventListener("keydown", (key) => {
      if (key.ctrlKey || key.metaKey || key.altKey) return;
      const step = key.shiftKey ? 0.1 : 0.01;
      const now = this.controls[control];
      const to: Record<string, number> = {
        ArrowUp: now + step, ArrowRight: now + step, ArrowDown: now - step, ArrowLeft: now - step,
        PageUp: now + 0.1, PageDown: now - 0.1, Home: 0, End: 1 };
      if (!(key.key in to)) return;
      key.preventDefault();
      this.move(control, to[key.key]);
    });
  }

  private tell(control: number): void {
    this.told = control;
    this.place.dataset.tells = "";
    this.draw(control);
  }

  private draw(control: number): void {
    const { element, cap, mark, value } = this.faders[control];
    const stands = this.controls[control];
    // The caps' way is the fader's height less a cap's, which the style knows.
    cap.style.setProperty("--at", stands.toFixed(4));
    const owner = element.dataset.owner;
    if (owner) element.dataset.last = owner;
    const model = owner ? undefined : this.model[control];
    mark.style.setProperty("--at", (model ?? 0.5).toFixed(4));
    mark.hidden = model === undefined;
    const figure = stands.toFixed(2);
    write(value, this.place.dataset.size === "few" ? figure : figure.replace(/^0/, ""));
    if (control === this.told) write(this.tells, `${this.nameOf(control)} ${figure}`);
    element.setAttribute("aria-valuenow", stands.toFixed(3));
    element.setAttribute("aria-valuetext", model === undefined || element.dataset.last !== "model"
      ? stands.toFixed(2) + (owner ? (owner === "model" ? ", the model's" : ", yours") : "")
      : `${stands.toFixed(2)}, the model at ${model.toFixed(2)}`);
  }
}
