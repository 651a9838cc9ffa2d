// Jobs: what runs long, as the server knows it. All tabs share one list of them, which is read
// again when imps says that it changed and each second while something runs; nothing of it is kept
// here, so a reload shows the same.

import { Desk, Refused } from "../desk";
import { isReadable, readTakes } from "./takes";

export type Kind = "dataset" | "train" | "evaluate" | "convert" | "generate";

export interface Job {
  id: string;
  kind: Kind;
  words: string;
  state: "running" | "done" | "failed" | "stopped";
  /** 0 to 1; null when nobody can say. */
  progress: number | null;
  seconds: number;
  lines: string[];
  /** Epoch, training NLL, validation NLL. */
  curve: [number, number, number][];
  result: Record<string, unknown> | null;
  error: string | null;
}

type Options = Record<string, string | number | boolean>;

const everyMs = 1000;

export class Jobs {
  /** Newest first. */
  list: readonly Job[] = [];
  /** Whether imps has told them once. */
  isRead = false;
  private readonly hearers: (() => void)[] = [];
  private readonly ended = new Map<string, Job>();
  private timer = 0;
  private reading = false;
  private again = false;

  constructor(private readonly desk: Desk) {
    desk.on("changed", (what) => {
      if (what === "jobs") this.read();
    });
    desk.on("connected", (connected) => {
      if (!connected) return;
      // Another imps counts its jobs anew.
      this.ended.clear();
      this.read();
    });
    this.read();
  }

  /** Calls `hear` now, and when the list has been read anew. */
  on(hear: () => void): void {
    this.hearers.push(hear);
    hear();
  }

  find(id: string | null): Job | undefined {
    return this.list.find((job) => job.id === id);
  }

  /** All of a job: the list leaves out what is long. */
  async whole(job: Job): Promise<Job> {
    const known = this.ended.get(job.id);
    if (known) return known;
    const whole = await this.desk.get<Job>(`/jobs/${encodeURIComponent(job.id)}`);
    if (whole.state !== "running") this.ended.set(job.id, whole);
    return whole;
  }

  async start(kind: Kind, options: Options, files: string[] = []): Promise<Job> {
    const job = await this.desk.send<Job>("POST", "/jobs", { kind, options, arguments: files });
    this.read();
    return job;
  }

  /**
   * The same, for work on the takes: there has to be one. All of them means those of every instrument:
   * whoever gives their controls other names wants to go on with what they played. Where nothing says
   * yet with how many controls that is, it is as many as last time.
   */
  async startOnTakes(kind: Kind, options: Options, files: string[] = []): Promise<Job> {
    const takes = await readTakes(this.desk);
    if (takes.length === 0)
      throw new Refused("There is no take to learn from: move a fader, and it is recorded.");
    const last = takes.find((take) => isReadable(take) && !take.set_aside)?.dimension ?? 0;
    const dimension = this.desk.state?.dimension || last;
    return this.start(kind, { ...options, ...(dimension > 0 ? { dimension } : {}), mixed: true }, files);
  }

  async stop(id: string): Promise<void> {
    await this.desk.send("DELETE", `/jobs/${encodeURIComponent(id)}`);
    this.read();
  }

  private read(): void {
    if (this.reading) {
      this.again = true;
      return;
    }
    this.reading = true;
    clearTimeout(this.timer);
    this.desk.get<Job[]>("/jobs").then((jobs) => {
      this.list = jobs;
      this.isRead = true;
      for (const hear of this.hearers) hear();
    }, () => {
      // Read again when imps is back.
    }).finally(() => {
      this.reading = false;
      if (this.again) {
        this.again = false;
        this.read();
      } else if (this.list.some((job) => job.state === "running")) {
        this.timer = window.setTimeout(() => this.read(), everyMs);
      }
    });
  }
}

const shared = new WeakMap<Desk, Jobs>();

export function jobsOf(desk: Desk): Jobs {
  let jobs = shared.get(desk);
  if (!jobs) shared.set(desk, (jobs = new Jobs(desk)));
  return jobs;
}
