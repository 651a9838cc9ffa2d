// The last lines that imps told, as in the terminal. Whoever makes the desk calls `toldOf` first,
// so that none is missed before the tab of health is opened.

import { Desk } from "../desk";

export interface Told {
  /** Counts up. */
  number: number;
  kind: "tell" | "warn";
  line: string;
  at: Date;
}

const most = 100;

export class ToldLines {
  /** Newest first. */
  lines: readonly Told[] = [];
  private readonly hearers: (() => void)[] = [];

  constructor(desk: Desk) {
    let number = 0;
    desk.on("told", ({ kind, line }) => {
      this.lines = [{ number: ++number, kind, line, at: new Date() }, ...this.lines].slice(0, most);
      for (const hear of this.hearers) hear();
    });
  }
  /** Calls `hear` now and for each new line. */
  on(hear: () => void): void {
    this.hearers.push(hear);
    hear();
  }
}

const shared = new WeakMap<Desk, ToldLines>();
export function toldOf(desk: Desk): ToldLines {
  let told = shared.get(desk);
  if (!told) shared.set(desk, (told = new ToldLines(desk)));
  return told;
}
