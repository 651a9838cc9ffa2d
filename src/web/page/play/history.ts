// What sounded in the last minute, never more than so many events: the river's memory.

import { Desk, Sounded } from "../desk";

const longest = 60;
const mostEvents = 20000;

/** Values of controls in all of them: a few megabytes. */
const mostValues = 400000;

export class History {
  private events: Sounded[] = [];
  private first = 0;
  private values = 0;
  private readonly hearers: ((event: Sounded | null) => void)[] = [];

  constructor(desk: Desk) {
    desk.on("sounded", (event) => {
      // Time goes backwards only when another imps answers: its river begins anew.
      if (this.last && event.at < this.last.at - 1) this.clear();
      // Of the controls only what moved is kept: 20,000 whole frames of 128 would be 20 MB.
      const kept = { ...event, controls: event.moved.map((control) => event.controls[control]) };
      this.events.push(kept);
      this.values += kept.moved.length;
      this.forget(event.at);
      for (const hear of this.hearers) hear(kept);
    });
    desk.on("state", (change) => {
      if (change.seconds !== undefined && this.last && change.seconds < this.last.at - 1) this.clear();
    });
  }

  /** Oldest first; `controls` are the values of `moved`, in that order. */
  *[Symbol.iterator](): Iterator<Sounded> {
    for (let k = this.first; k < this.events.length; ++k) yield this.events[k];
  }

  get last(): Sounded | undefined {
    return this.events[this.events.length - 1];
  }

  /** Calls `hear` with each event, and with null when all is forgotten. */
  onChange(hear: (event: Sounded | null) => void): void {
    this.hearers.push(hear);
  }

  private clear(): void {
    this.events = [];
    this.first = 0;
    this.values = 0;
    for (const hear of this.hearers) hear(null);
  }

  private forget(now: number): void {
    while (this.events.length - this.first > mostEvents || this.values > mostValues
      || this.events[this.first].at < now - longest)
      this.values -= this.events[this.first++].moved.length;
    if (this.first > 4096 && this.first > this.events.length / 2) {
      this.events.splice(0, this.first);
      this.first = 0;
    }
  }
}
