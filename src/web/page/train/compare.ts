// Is a model better than another one? By figures, on the same takes; and by ear, with two buttons
// that let the one or the other play.

import { Desk } from "../desk";
import { button, el, Fault, freshId, put, setAttribute, write } from "../parts/element";
import { Job, Jobs } from "../parts/jobs";
import { recall, remember } from "../parts/keep";
import { builtIn, figure, isBuiltIn, Model, playModel, plays, readModels } from "../parts/models";
import { Strip } from "../parts/strip";
import { Findings, verdictOf } from "./verdict";

export class Compare {
  readonly element: HTMLElement;
  private readonly name = el("h3");
  private readonly facts = el("p", { class: "quiet" });
  private readonly against = el("select", { id: freshId("against"), onchange: () => this.choose() });
  private readonly evaluate = button("Compare the figures", () => this.startEvaluation(), {
    title: "imps evaluate --compare",
  });
  private readonly strip: Strip;
  private readonly verdict = el("div", { "aria-live": "polite" });
  private readonly hearOther = button("", () => this.hear(this.rivalFile), { class: "do ear" });
  private readonly hearThis = button("", () => this.hear(this.file), { class: "do ear" });
  private readonly perform = button("Perform with it", () => this.hear(this.file), { class: "do do-first" });
  private readonly performs = el("p", { class: "quiet", role: "status" });
  private readonly fault = new Fault();
  private readonly ear: HTMLElement;
  private readonly rival: HTMLElement;
  /** The model that was asked for; null asks for the newest, "" for none. */
  private asked: string | null = "";
  private file = "";
  private models: Model[] = [];
  /** What it is compared with; this browser remembers it. */
  private rivalFile: string | null = null;
  private shown: string | null = null;

  constructor(private readonly desk: Desk, private readonly jobs: Jobs) {
    this.strip = new Strip("Comparing", jobs);
    this.rival = el("div", { class: "compare-rival" },
      el("label", { for: this.against.id }, "Against"), this.against);
    this.ear = el("div", { class: "compare-ear", role: "group", "aria-label": "Listen: which one plays" },
      this.hearOther, this.hearThis);
    this.element = el("section", { class: "part", hidden: true },
      el("h2", {}, "Compare"),
      el("div", { class: "compare card" },
        this.name, this.facts,
        el("div", { class: "dos" }, this.rival, this.evaluate),
        this.strip.element, this.verdict,
        this.ear,
        el("div", { class: "dos" }, this.perform, this.performs), this.fault.element));
    desk.on("changed", (what) => {
      if (what === "models") this.readModels();
    });
    desk.on("state", (changed) => {
      if ("model" in changed) this.showPlaying();
    });
    jobs.on(() => this.showEvaluation());
  }

  /** Judges this model; null: the newest of one's own; "": none. */
  show(file: string | null): void {
    if (file === this.asked) return;
    this.asked = file;
    this.readModels();
  }

  private setModel(model: Model): void {
    if (model.file === this.file) return;
    this.file = model.file;
    this.rivalFile = recall<string>(`against.${this.file}`);
    this.shown = null;
    put(this.verdict);
    write(this.name, this.file);
    // Bits below are of another kind, so that the two are not put side by side.
    const epoch = model.card?.epochs;
    write(this.facts, epoch ? `Its weights are the best, those after epoch ${epoch}.` : model.words);
    const nll = figure(model.card, "val_nll");
    setAttribute(this.facts, "title", nll && `Validation NLL ${nll} nats a frame`);
  }

  private readModels(): void {
    const asked = this.asked;
    if (asked === "") {
      this.element.hidden = true;
      return;
    }
    readModels(this.desk).then((models) => {
      if (asked !== this.asked) return;
      this.models = models;
      const made = (model: Model) => String(model.card?.date ?? "");
      const model = asked !== null ? models.find(({ file, error }) => file === asked && !error)
        : models.filter(({ error }) => !error).sort((a, b) => made(b).localeCompare(made(a)))[0];
      this.element.hidden = !model;
      if (!model) return;
      this.setModel(model);
      const rivals = models.filter(({ file, error, dimension }) =>
        file !== model.file && !error && dimension === model.dimension);
      const files = [...rivals.map(({ file }) => file), builtIn(model.dimension)];
      put(this.against, ...files.map((file) => el("option", { value: file },
        isBuiltIn(file) ? "the built-in one" : file)));
      if (this.rivalFile === null || !files.includes(this.rivalFile)) {
        // What played before the new one came is what it has to beat.
        this.setRival(files.find((file) => this.playsNow(file))
          ?? (this.playsNow(this.file) ? files[0] : files[files.length - 1]) ?? null);
      }
      this.against.value = this.rivalFile ?? "";
      this.rival.hidden = files.length === 0;
      this.showEvaluation();
      this.showPlaying();
    }, (error) => this.fault.say(error));
  }

  private setRival(file: string | null): void {
    this.rivalFile = file;
    if (file !== null) remember(`against.${this.file}`, file);
  }

  private choose(): void {
    this.setRival(this.against.value);
    this.showEvaluation();
    this.showPlaying();
  }

  private startEvaluation(): void {
    void this.fault.watch(async () => {
      const files = [...(this.rivalFile ? [this.rivalFile] : []), this.file]
        .map((file) => (isBuiltIn(file) ? file : `models/${file}`));
      await this.jobs.start("evaluate", files.length > 1 ? { compare: true } : {}, files);
    });
  }

  /** The newest evaluation of these two, whoever asked for it. */
  private evaluation(): Job | undefined {
    const rival = this.rivalFile;
    return this.jobs.list.find((job) => {
      const words = job.words;
      if (job.kind !== "evaluate" || !words.endsWith(`/${this.file}`)) return false;
      const before = words.slice(0, words.lastIndexOf(" "));
      return rival === null || before.endsWith(isBuiltIn(rival) ? ` ${rival}` : `/${rival}`);
    });
  }

  private showEvaluation(): void {
    const job = this.evaluation();
    this.strip.element.hidden = !job || job.state === "done";
    if (job) this.strip.update(job);
    this.evaluate.disabled = job?.state === "running";
    const done = job?.state === "done" ? job : null;
    if ((done?.id ?? null) === this.shown) return;
    this.shown = done?.id ?? null;
    put(this.verdict);
    if (!done) return;
    this.jobs.whole(done).then((whole) => {
      if (this.shown === whole.id && whole.result) put(this.verdict, verdictOf(whole.result as unknown as Findings));
    }, (error) => this.fault.say(error));
  }

  private hear(file: string | null): void {
    if (file !== null) void this.fault.watch(() => playModel(this.desk, file));
  }

  private playsNow(file: string): boolean {
    return plays(this.desk, { file, playing: this.models.some((model) => model.file === file && model.playing) });
  }

  private showPlaying(): void {
    const rival = this.rivalFile;
    const now = (file: string | null) => file !== null && this.playsNow(file);
    const show = (ear: HTMLButtonElement, words: string, file: string | null) => {
      put(ear, el("span", { class: "ear-words" }, words), el("span", { class: "ear-file" }, file === null ? "" : isBuiltIn(file) ? "the built-in one" : file),
        el("span", { class: "ear-plays" }, now(file) ? "plays now" : "let it play"));
      setAttribute(ear, "aria-pressed", now(file));
    };
    show(this.hearOther, "A: the other one", rival);
    show(this.hearThis, "B: this one", this.file);
    this.ear.hidden = rival === null;
    this.perform.disabled = now(this.file);
    write(this.performs, now(this.file) ? "It plays now." : "");
  }
}
