// A strip: one job that runs, with how far it is and a way to stop it.

import { button, el, Fault, Item, write } from "./element";
import { Job, Jobs } from "./jobs";
import { duration } from "./words";

const states: Record<Job["state"], string> = {
  running: "running", done: "done", failed: "failed", stopped: "stopped",
};

export class Strip implements Item<Job> {
  readonly element: HTMLElement;
  private readonly name = el("span", { class: "strip-name" });
  private readonly figures = el("span", { class: "strip-figures" });
  private readonly bar = el("progress", { max: 1 });
  private readonly line = el("p", { class: "strip-line" });
  private readonly fault = new Fault();
  private readonly stop: HTMLButtonElement;
  private job: Job | null = null;

  /** `stopWords` say what stopping does: "Stop and keep the best". */
  constructor(name: string, jobs: Jobs, stopWords = "Stop") {
    write(this.name, name);
    this.bar.setAttribute("aria-label", name);
    this.stop = button(stopWords, () => {
      const job = this.job;
      if (job) void this.fault.watch(() => jobs.stop(job.id));
    });
    this.element = el("div", { class: "strip" },
      el("div", { class: "strip-head" }, this.name, this.figures, this.stop),
      this.bar, this.line, this.fault.element);
  }

  update(job: Job): void {
    this.job = job;
    const runs = job.state === "running";
    this.element.dataset.state = job.state;
    this.element.title = job.words;
    const part = runs && job.progress !== null ? `${Math.round(job.progress * 100)} % · ` : "";
    const state = runs ? "" : ` · ${states[job.state]}`;
    write(this.figures, `${part}${duration(job.seconds)}${state}`);
    if (job.progress === null) this.bar.removeAttribute("value");
    else this.bar.value = job.progress;
    this.bar.hidden = this.stop.hidden = !runs;
    write(this.line, runs ? job.lines[job.lines.length - 1] ?? "" : "");
    this.line.hidden = this.line.textContent === "";
    if (job.error !== null) this.fault.say(job.error);
    else if (!runs) this.fault.clear();
  }
}
