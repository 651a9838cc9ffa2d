// One model: what it is, how good, and what can be done with it.

import { Desk } from "../desk";
import { button, el, Fault, freshId, Item, put, setAttribute, write } from "../parts/element";
import { Job, Jobs } from "../parts/jobs";
import { compareAddress, figure, Model, playModel, plays } from "../parts/models";
import { Strip } from "../parts/strip";
import { throwAway } from "../parts/trash";
import { bytes, duration, fileName, inPath, when } from "../parts/words";

const forms = [
  { ending: ".keras", words: "Keras, IMPSY (.keras)" },
  { ending: ".onnx", words: "ONNX (.onnx)" },
  { ending: ".json", words: "RTNeural (.json)" },
];

/** The bits a frame that the newest evaluation found, if there was one of this model. */
function bitsOf(file: string, jobs: readonly Job[]): number | null {
  for (const job of jobs) {
    if (job.kind !== "evaluate" || !job.result) continue;
    const models = job.result.models as { model?: string; score?: { bits?: number } }[] | undefined;
    const bits = models?.find((one) => fileName(one.model ?? "") === file)?.score?.bits;
    if (typeof bits === "number") return bits;
  }
  return null;
}

export class ModelCard implements Item<Model> {
  readonly element: HTMLElement;
  private readonly name = el("h3");
  private readonly badge = el("span", { class: "badge badge-plays" }, "Plays now");
  private readonly words = el("p", { class: "quiet" });
  private readonly facts = el("dl", { class: "facts" });
  private readonly all = el("details");
  private readonly why = el("p", { class: "quiet", hidden: true });
  private readonly fault = new Fault();
  private readonly play: HTMLButtonElement;
  private readonly remove: HTMLButtonElement;
  private readonly compare: HTMLAnchorElement;
  private readonly form = el("select", { id: freshId("form") },
    ...forms.map((form) => el("option", { value: form.ending }, form.words)));
  private readonly convertPart: HTMLElement;
  private readonly strip: Strip;
  private readonly made = el("p", { class: "made", role: "status", hidden: true });
  private conversion: { id: string; out: string } | null = null;

  constructor(private readonly desk: Desk, private readonly jobs: Jobs, private model: Model) {
    const { file } = model;
    this.play = button("Play it", () => void this.fault.watch(() => playModel(desk, this.model.file)),
      { "aria-label": `Play ${file}` });
    this.remove = button("Delete", () => void this.fault.watch(() => throwAway(desk,
      `/models/${inPath(this.model.file)}`, `${this.model.file} is in the trash`)),
      { "aria-label": `Delete ${file}` });
    this.compare = el("a", { class: "do", href: compareAddress(file), "aria-label": `Compare ${file}`,
      title: "With another one, by figures and by ear" }, "Compare");
    this.strip = new Strip("Converting", jobs);
    this.strip.element.hidden = true;
    this.convertPart = el("details", { class: "convert" }, el("summary", {}, "Convert"),
      el("div", { class: "dos" }, el("label", { class: "unseen", for: this.form.id }, `Convert ${file} into`),
        this.form, button("Convert", () => this.convert(), { "aria-label": `Convert ${file}`, title: "imps convert" })),
      this.strip.element, this.made);
    this.element = el("li", { class: "model card" },
      el("div", { class: "model-head" }, this.name, this.badge), this.words, this.facts,
      el("div", { class: "dos" }, this.play,
        this.compare,
        el("a", { class: "do", download: file, href: `/api/v1/models/${inPath(file)}`, "aria-label": `Download ${file}` }, "Download"),
        this.remove),
      this.why, this.fault.element, this.convertPart, this.all);
    this.update(model);
  }

  update(model: Model): void {
    this.model = model;
    write(this.name, model.file);
    write(this.words, model.error ?? model.words);
    this.words.classList.toggle("fault", model.error !== null);
    const { card } = model;
    const fact = (name: string, value: string, title = "") =>
      value !== "" && el("div", { title }, el("dt", {}, name), el("dd", {}, value));
    const minutes = card?.minutes ? `${duration(60 * Number(card.minutes))} of playing` : "";
    const rows = card?.rows ? `${Number(card.rows).toLocaleString("en-GB")} rows` : "";
    const bits = bitsOf(model.file, this.jobs.list);
    const nll = figure(card, "val_nll");
    put(this.facts,
      fact("Learnt from", [card?.dataset, minutes || rows].filter(Boolean).join(", "), `dataset, ${rows}`),
      fact("Training", card?.ending === "stopped" ? "stopped before its end" : "", "The best weights that were found by then"),
      fact("Validation NLL", nll && `${nll} nats a frame`, "While it was trained: the lower the better, on the same takes"),
      fact("Compared", bits === null ? "" : `${bits.toFixed(2)} bits a frame`, "By the last comparison: fewer is better"),
      card?.date ? fact("Made", when(card.date)) : fact("Here since", when(model.when)),
      fact("Size", bytes(model.bytes), `dimension ${model.dimension}`));
    const entries = Object.entries(card ?? {});
    this.all.hidden = entries.length === 0;
    const open = this.all.open;
    put(this.all, el("summary", {}, "Its whole card"),
      el("dl", { class: "whole-card" }, ...entries.map(([name, value]) =>
        el("div", {}, el("dt", {}, name), el("dd", {}, String(value))))));
    this.all.open = open;
    this.convertPart.hidden = this.compare.hidden = model.error !== null;
    this.showPlaying();
    this.showConversion();
  }

  showPlaying(): void {
    const now = plays(this.desk, this.model);
    this.badge.hidden = !now;
    this.element.dataset.plays = String(now);
    const played = this.desk.state?.dimension ?? 0;
    const fits = played === 0 || this.model.error !== null || this.model.dimension === played;
    this.play.disabled = now || this.model.error !== null || !fits;
    this.remove.disabled = now;
    setAttribute(this.play, "title", now ? "It plays now" : this.model.error !== null ? "It cannot be read"
      : !fits ? `It is of dimension ${this.model.dimension}, and ${played} is played` : "Swaps it in with no gap");
    write(this.why, fits ? "" : `It is of dimension ${this.model.dimension}, and ${played} is played.`);
    this.why.hidden = fits;
    setAttribute(this.remove, "title", now ? "It plays: play another one first" : null);
  }

  private convert(): void {
    const stem = this.model.file.replace(/\.(safetensors|keras|tflite|weights\.h5|h5)$/, "");
    const out = stem + this.form.value;
    void this.fault.watch(async () => {
      const job = await this.jobs.start("convert", {}, [`models/${this.model.file}`, `models/${out}`]);
      this.conversion = { id: job.id, out };
      this.showConversion();
    });
  }

  private deleteMade(out: string): void {
    void this.fault.watch(async () => {
      await throwAway(this.desk, `/models/${inPath(out)}`, `${out} is in the trash`);
      this.conversion = null;
      this.showConversion();
    });
  }

  showConversion(): void {
    const job = this.jobs.find(this.conversion?.id ?? null);
    this.strip.element.hidden = !job || job.state === "done";
    // What is there from another time is as good.
    const isThere = job?.state === "failed" && !!job.error?.includes("is there already");
    this.made.hidden = job?.state !== "done" && !isThere;
    if (job) this.strip.update(job);
    if (!this.made.hidden && this.conversion) {
      const { out } = this.conversion;
      put(this.made, isThere ? "It is here: " : "Made ",
        el("a", { href: `/api/v1/models/${inPath(out)}`, download: out }, out), " ",
        button("Delete", () => this.deleteMade(out), { "aria-label": `Delete ${out}` }));
    }
  }
}
