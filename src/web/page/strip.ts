// The strip at the bottom: what is being recorded, the last line that imps or the page had to say, the
// latest takes, and what works in the background.

import { Desk } from "./desk";
import { button, make, write } from "./make";
import { clock, grouped } from "./play/words";
import { recentTakes } from "./recent";

/** How long a line stays, and how long one that can be undone. Milliseconds. */
const lineStays = 8000;
const lineStaysAmongOthers = 2500;
const undoStays = 10000;
const mostWaiting = 6;
const mostUndo = 2;

interface Job {
  id: string;
  kind: string;
  words: string;
  state: "running" | "done" | "failed" | "stopped";
  progress: number | null;
  error: string | null;
}

/** What each kind of work is called, and the tab that shows it. */
const works: Record<string, { name: string; tab: string }> = {
  dataset: { name: "Collating", tab: "takes" },
  train: { name: "Training", tab: "train" },
  evaluate: { name: "Comparing", tab: "train" },
  convert: { name: "Converting", tab: "models" },
  generate: { name: "Generating", tab: "models" },
};

export class Strip {
  private readonly recording = make("p", "recording");
  private readonly next = button("New take", "small", () => undefined);
  private readonly line = make("span", "notice-line");
  private readonly notice = make("div", "notice", this.line);
  private readonly recent = make("div", "recent-place");
  private readonly work = make("a", "work");
  private waiting: { element: HTMLElement; isTold: boolean }[] = [];
  private lineEnds = 0;
  private working = "";
  private heardAt = 0;

  constructor(place: HTMLElement) {
    this.notice.setAttribute("role", "status");
    this.work.hidden = true;
    this.next.title = "This take ends, and another one begins (n)";
    this.next.disabled = true;
    place.append(this.recording, this.next, this.notice, this.recent, this.work);
  }

  /** Says a line for a few seconds, with a way back if there is one, which no other line takes away. */
  readonly say = (line: string, undo?: () => void): void => {
    if (!undo) {
      this.queue(line, false);
      return;
    }
    const text = make("span", "notice-text", line);
    text.title = line;
    const undoes = button("Undo", "small", () => {
      // What has the focus goes: a key goes on from the tab.
      if (back.contains(document.activeElement))
        document.querySelector<HTMLElement>('[role="tab"][aria-selected="true"]')?.focus();
      back.remove();
      undo();
    });
    const back = make("span", "notice-undo", text, undoes);
    this.notice.insertBefore(back, this.line);
    // Whoever deletes by a key is about to lose what has the focus.
    if (document.activeElement?.matches(":focus-visible")) undoes.focus();
    while (this.notice.childElementCount > mostUndo + 1) this.notice.firstElementChild?.remove();
    window.setTimeout(() => back.remove(), undoStays);
  };

  listen(desk: Desk): void {
    this.recent.append(recentTakes(desk));
    this.next.addEventListener("click", () => desk.command("take"));
    const show = () => {
      const log = desk.state?.log;
      this.recording.classList.toggle("is-recording", log != null && desk.connected);
      write(this.recording, log
        ? `● rec ${clock(Math.max(0, this.now(desk) - log.began))} · ${grouped(log.rows)} events`
        : desk.state?.records ? "○ records from the first move" : desk.state ? "not recorded" : "");
      this.next.disabled = log == null || !desk.connected;
      this.recording.title = log?.path ?? "";
    };
    desk.on("state", show);
    desk.on("connected", show);
    setInterval(show, 500);
    desk.on("told", ({ kind, line }) => {
      // Who plays on the page need not hear that nobody listens to OSC; Health tells it.
      if (kind !== "warn" || line.endsWith("nobody listened there")) return;
      this.queue(line, true);
    });
    desk.on("changed", (resource) => {
      if (resource === "jobs") void this.showWork(desk);
    });
    desk.on("connected", (connected) => {
      if (connected) void this.showWork(desk);
      else this.work.hidden = true;
    });
  }

  /** The performance's time; without imps it stands. */
  private now(desk: Desk): number {
    if (desk.connected) this.heardAt = desk.now();
    return this.heardAt;
  }

  /** The next lines, as long as there are any. */
  private showNext(): void {
    clearTimeout(this.lineEnds);
    const next = this.waiting.shift();
    this.line.replaceChildren(...(next ? [next.element] : []));
    this.line.classList.toggle("told", next?.isTold ?? false);
    if (next) this.lineEnds = window.setTimeout(() => this.showNext(), this.waiting.length ? lineStaysAmongOthers : lineStays);
  }

  private queue(line: string, isTold: boolean): void {
    const element = make("span", "notice-text", line);
    element.title = line;
    const isShowing = this.line.childElementCount > 0;
    this.waiting = [...this.waiting, { element, isTold }].slice(-mostWaiting);
    // What is read already makes place; what has just come is left for a moment.
    if (!isShowing) this.showNext();
    else if (this.waiting.length === 1) {
      clearTimeout(this.lineEnds);
      this.lineEnds = window.setTimeout(() => this.showNext(), lineStaysAmongOthers);
    }
  }

  /** Long work is seen from every tab, and after a reload. */
  private async showWork(desk: Desk): Promise<void> {
    let jobs: Job[];
    try {
      jobs = await desk.get<Job[]>("/jobs");
    } catch {
      return;  // the tab whose work it is says why
    }
    const nameOf = (one: Job) => works[one.kind]?.name ?? one.kind;
    const ended = jobs.find((one) => one.id === this.working && one.state !== "running");
    if (ended) this.say(`${nameOf(ended)}: ${ended.error ?? ended.state}`);
    const job = jobs.find((one) => one.state === "running");
    this.working = job?.id ?? "";
    this.work.hidden = !job;
    if (!job) return;
    this.work.href = `#${works[job.kind]?.tab ?? "train"}`;
    this.work.title = job.words;
    write(this.work, `${nameOf(job)} ▸${job.progress === null ? "" : ` ${Math.round(100 * job.progress)} %`}`);
  }
}
