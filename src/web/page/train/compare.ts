// After training: is the new model better? By figures, against another one on the same takes; and
// by ear, with two buttons that let the one or the other play.

import { Desk } from "../desk";
import { button, el, Fault, freshId, put, setAttribute, write } from "../parts/element";
import { Job, Jobs } from "../parts/jobs";
import { recall, remember } from "../parts/keep";
import { Model, playModel, plays, readModels } from "../parts/models";
import { Strip } from "../parts/strip";
import { fileName } from "../parts/words";
import { Findings, verdictOf } from "./verdict";

/** What this browser remembers of a training: with which model it is compared, and by which job. */
interface Kept {
  against: string | null;
  evaluation: string | null;
}

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
  private readonly hearOther = button("", () => this.hear(this.kept.against), { class: "do ear" });
  private readonly hearNew = button("", () => this.hear(this.file), { class: "do ear" });
  private readonly perform = button("Perform with it", () => this.hear(this.file), { class: "do do-first" });
  private readonly performs = el("p", { class: "quiet", role: "status" });
  private readonly fault = new Fault();
  private readonly ear: HTMLElement;
  private readonly rival: HTMLElement;
  private job: Job | null = null;
  private file = "";
  private folder = "";
  private models: Model[] = [];
  private kept: Kept = { against: null, evaluation: null };
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
      this.folder = path.slice(0, path.length - this.file.length);
      this.kept = recall<Kept>(`train.${job.id}`) ?? { against: null, evaluation: null };
      this.shown = null;
      put(this.verdict);
      write(this.name, this.file);
      const nll = job.result?.val_nll;
      write(this.facts, typeof nll === "number"
        ? `Validation NLL ${nll.toFixed(3)} nats a frame, after epoch ${String(job.result?.epoch ?? "?")}` : "");
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
      put(this.against, ...rivals.map((model) => el("option", { value: model.file },
        model.file + (plays(this.desk, model) ? " (plays now)" : ""))));
      const known = rivals.some((model) => model.file === this.kept.against);
      if (!known) {
        const first = rivals.find((model) => plays(this.desk, model)) ?? rivals[0];
        this.keep({ against: first?.file ?? null, evaluation: null });
      }
      this.against.value = this.kept.against ?? "";
      this.rival.hidden = rivals.length === 0;
      this.showPlaying();
    }, (error) => this.fault.say(error));
  }

  private keep(kept: Kept): void {
    this.kept = kept;
    if (this.job) remember(`train.${this.job.id}`, kept);
  }

  private choose(): void {
    this.keep({ against: this.against.value, evaluation: null });
    this.showEvaluation();
    this.showPlaying();
  }

  private startEvaluation(): void {
    void this.fault.watch(async () => {
      const { against } = this.kept;
      const files = [...(against ? [against] : []), this.file].map((file) => this.folder + file);
      const job = await this.jobs.start("evaluate", against ? { compare: true } : {}, files);
      this.keep({ against, evaluation: job.id });
      this.showEvaluation();
    });
  }

  private showEvaluation(): void {
    const job = this.jobs.find(this.kept.evaluation);
    this.strip.element.hidden = !job || job.state === "done";
    if (job) this.strip.update(job);
    this.evaluate.disabled = job?.state === "running";
    const done = job?.state === "done" && job.result ? job.id : null;
    if (done === this.shown) return;
    this.shown = done;
    put(this.verdict, done && verdictOf(job?.result as unknown as Findings));
  }

  private hear(file: string | null): void {
    if (file !== null) void this.fault.watch(() => playModel(this.desk, file));
  }

  private showPlaying(): void {
    const { against } = this.kept;
    const now = (file: string | null) => file !== null && plays(this.desk, {
      file, playing: this.models.some((model) => model.file === file && model.playing),
    });
    const show = (ear: HTMLButtonElement, words: string, file: string | null) => {
      put(ear, el("span", { class: "ear-words" }, words), el("span", { class: "ear-file" }, file ?? ""),
        el("span", { class: "ear-plays" }, now(file) ? "plays now" : "let it play"));
      setAttribute(ear, "aria-pressed", now(file));
    };
    show(this.hearOther, "A: the other one", against);
    show(this.hearNew, "B: the new one", this.file);
    this.ear.hidden = against === null;
    this.perform.disabled = now(this.file);
    write(this.performs, now(this.file) ? "It plays now." : "");
  }
}
