// After training: is the new model better? By figures, against another one on the same takes; and
// by ear, with two buttons that let the one or the other play.

import { Desk } from "../desk";
import { button, el, Fault, freshId, put, setAttribute, write } from "../parts/element";
import { Job, Jobs } from "../parts/jobs";
import { recall, remember } from "../parts/keep";
import { builtIn, isBuiltIn, Model, playModel, plays, readModels } from "../parts/models";
import { Strip } from "../parts/strip";
import { fileName, loss } from "../parts/words";
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
  private readonly hearNew = button("", () => this.hear(this.file), { class: "do ear" });
  private readonly perform = button("Perform with it", () => this.hear(this.file), { class: "do do-first" });
  private readonly performs = el("p", { class: "quiet", role: "status" });
  private readonly fault = new Fault();
  private readonly ear: HTMLElement;
  private readonly rival: HTMLElement;
  private job: Job | null = null;
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
      this.hearOther, this.hearNew);
    this.element = el("div", { class: "compare card" },
      this.name, this.facts,
      el("div", { class: "dos" }, this.rival, this.evaluate),
      this.strip.element, this.verdict,
      this.ear,
      el("div", { class: "dos" }, this.perform, this.performs), this.fault.element);
    desk.on("changed", (what) => {
      if (what === "models" && this.job) this.readModels();
    });
    desk.on("state", (changed) => {
      if ("model" in changed) this.showPlaying();
    });
  }

  update(job: Job | undefined): void {
    const path = job && job.state !== "running" ? job.result?.model : null;
    this.element.hidden = typeof path !== "string";
    if (!job || typeof path !== "string") return;
    if (job.id !== this.job?.id) {
      this.file = fileName(path);
      this.rivalFile = recall<string>(`against.${this.file}`);
      this.shown = null;
      put(this.verdict);
      write(this.name, this.file);
      const nll = job.result?.val_nll;
      // Bits below are of another kind, so that the two are not put side by side.
      write(this.facts, `The best weights were those after epoch ${String(job.result?.epoch ?? "?")}.`);
      setAttribute(this.facts, "title", typeof nll === "number" ? `Validation NLL ${loss(nll)} nats a frame` : null);
      this.job = job;
      this.readModels();
    }
    this.job = job;
    this.showEvaluation();
  }

  private readModels(): void {
    readModels(this.desk).then((models) => {
      this.models = models;
      const fresh = models.find((model) => model.file === this.file);
      const rivals = models.filter((model) => model.file !== this.file && !model.error
        && (!fresh || model.dimension === fresh.dimension));
      const files = [...rivals.map((model) => model.file), ...(fresh ? [builtIn(fresh.dimension)] : [])];
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
    show(this.hearNew, "B: the new one", this.file);
    this.ear.hidden = rival === null;
    this.perform.disabled = now(this.file);
    write(this.performs, now(this.file) ? "It plays now." : "");
  }
}
