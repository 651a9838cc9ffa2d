// The last lines that imps told, as in the terminal: it keeps them, so that those from before the
// page was opened are there, too.

import { Desk } from "../desk";

export interface Told {
  /** Milliseconds of Unix time. */
  at: number;
  kind: "tell" | "warn";
  line: string;
}

/** As often as they are read at most, while lines come. */
const everyMs = 1000;

export class ToldLines {
  /** Newest first. */
  lines: readonly Told[] = [];
  private looks = false;
  private timer = 0;

  /** @param show  called with each new list, while it is looked at */
  constructor(private readonly desk: Desk, private readonly show: (lines: readonly Told[]) => void) {
    desk.on("told", () => this.soon());
    desk.on("connected", (connected) => {
      if (connected) this.soon();
    });
  }

  /** Whether somebody looks. */
  visible(now: boolean): void {
    this.looks = now;
    if (now) void this.read();
  }

  private soon(): void {
    if (!this.looks || this.timer !== 0) return;
    this.timer = window.setTimeout(() => void this.read(), everyMs);
  }

  private async read(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = 0;
    try {
      this.lines = await this.desk.get<Told[]>("/told");
    } catch {
      return; // what is wrong is said elsewhere; the lines stay
    }
    this.show(this.lines);
  }
}
