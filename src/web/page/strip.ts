// The strip at the bottom: what is being recorded, the last line that imps or the page had to say, the
// latest takes, and what works in the background.

import { Desk } from "./desk";
import { button, make, recall, remember, write } from "./make";
import { clock, grouped } from "./play/words";
import { recentTakes } from "./recent";

/** How long a line stays, and how long one that can be undone. Milliseconds. */
const lineStays = 8000;
const undoStays = 10000;

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
  private readonly notice = make("div", "notice");
  private readonly recent = make("div", "recent-place");
  private readonly work = make("a", "work");
  private noticeEnds = 0;
  private working = "";
  private take = "";
  private began = 0;

  constructor(place: HTMLElement) {
    this.notice.setAttribute("role", "status");
    this.work.hidden = true;
    place.append(this.recording, this.notice, this.recent, this.work);
  }

  /** Says a line for a few seconds, with a way back if there is one. */
  readonly say = (line: string, undo?: () => void): void => {
    clearTimeout(this.noticeEnds);
    const end = () => this.notice.replaceChildren();
    const text = make("span", "notice-text", line);
    text.title = line;
    this.notice.replaceChildren(text);
    this.notice.classList.remove("told");
    if (undo) this.notice.append(button("Undo", "small", () => {
      end();
      undo();
    }));
    this.noticeEnds = window.setTimeout(end, undo ? undoStays : lineStays);
  };

  listen(desk: Desk): void {
    this.recent.append(recentTakes(desk));
    const show = () => {
      const log = desk.state?.log;
      if (log) this.begin(log, desk.now());
      this.recording.classList.toggle("is-recording", log != null && desk.connected);
      write(this.recording, log
        ? `● rec ${clock(desk.now() - this.began)} · ${grouped(log.rows)} events`
        : desk.state ? "not recorded" : "");
      this.recording.title = log?.path ?? "";
    };
    desk.on("state", show);
    desk.on("connected", show);
    setInterval(show, 500);
    desk.on("told", ({ kind, line }) => {
      // Who plays on the page need not hear that nobody listens to OSC; Health tells it.
      if (kind !== "warn" || line.endsWith("nobody listened there")) return;
      this.say(line);
      this.notice.classList.add("told");
    });
    desk.on("changed", (resource) => {
      if (resource === "jobs") void this.showWork(desk);
    });
    desk.on("connected", (connected) => {
      if (connected) void this.showWork(desk);
      else this.work.hidden = true;
    });
  }

  /** A take begins with its first rows; a reload in the midst of one asks what was known before. */
  private begin(log: { path: string; rows: number }, now: number): void {
    if (log.path === this.take) return;
    this.take = log.path;
    if (log.rows <= 10) remember("take", JSON.stringify([log.path, now]));
    const [path, began] = JSON.parse(recall("take") ?? "[]") as [string?, number?];
    this.began = path === log.path && began !== undefined && began <= now ? began : 0;
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
