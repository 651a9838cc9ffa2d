// The desk, over the wire: the live socket of doc/api.md, and requests beside it. It keeps the last
// state, knows the performance's clock, sends movements at most once a frame of the screen, and when
// the connection is lost tries again until imps is back.

import { Desk, Happenings, Next, Refused, Resource, State, VoiceName } from "./desk";

const api = "/api/v1";
/** Nothing was heard for so long: the connection is lost. Milliseconds. */
const silence = 2000;
/** A connection that is not there after so long is tried anew. Milliseconds. */
const mostWaiting = 5000;
const voices: readonly VoiceName[] = ["performer", "model"];

/** A message of the live socket. */
interface Message {
  t?: number;
  state?: Partial<State>;
  frames?: Partial<Record<VoiceName, number[] | null>>;
  events?: [number, number, number[]][];
  next?: (Omit<Next, "base" | "due"> & { base: number; due: number | null }) | null;
  changed?: Resource[];
  told?: ["tell" | "warn", string][];
  error?: string;
}

type Hearer = (happening: never) => void;

export class Connection implements Desk {
  state: State | null = null;
  connected = false;
  isLockedOut = false;

  private socket: WebSocket | null = null;
  private retryIn = 100;
  private heardAt = 0;
  private readonly hearers = new Map<keyof Happenings, Set<Hearer>>();
  readonly stands: Record<VoiceName, number[]> = { performer: [], model: [] };

  /** The performance's clock minus the browser's, in seconds. */
  private offset = 0;
  private offsetAt = -1;

  private whole: number[] | null = null;
  private readonly some = new Map<number, number>();
  private readonly commands = new Map<string, number>();
  private flushIsDue = false;

  constructor(readonly say: Desk["say"]) {}

  open(): void {
    const url = new URL(`${api}/live`, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url.href);
    this.socket = socket;
    socket.onmessage = (message) => {
      let parsed: Message;
      try {
        parsed = JSON.parse(String(message.data)) as Message;
      } catch {
        return;  // what is no JSON is not from imps
      }
      this.heardAt = performance.now();
      if (!this.connected) this.meet();
      this.hear(parsed);
    };
    const watch = setInterval(() => this.lookForSilence(socket), 500);
    // Over a network that comes back, another try is sooner there than one that began without it.
    const patience = setTimeout(() => {
      if (socket === this.socket && !this.connected) socket.close();
    }, mostWaiting);
    socket.onclose = () => {
      clearInterval(watch);
      clearTimeout(patience);
      if (this.connected) {
        this.connected = false;
        this.emit("connected", false);
      }
      void this.askWhy();
      setTimeout(() => this.open(), this.retryIn);
      this.retryIn = Math.min(2000, this.retryIn * 2);
    };
  }

  /**
   * imps says something ten times a second. A link that is dead without having been closed (a network
   * that is gone, a machine that is asleep) must not look like a quiet one.
   */
  private lookForSilence(socket: WebSocket): void {
    if (socket !== this.socket || !this.connected || performance.now() - this.heardAt < silence) return;
    // After a sleep of this machine's own what came meanwhile is heard first.
    const heardAt = this.heardAt;
    setTimeout(() => {
      if (socket !== this.socket || this.heardAt !== heardAt || !this.connected) return;
      socket.onclose?.(new CloseEvent("close"));
      socket.onclose = socket.onmessage = null;
      socket.close();
    }, 250);
  }

  /** A socket that is refused does not say why; a request does. */
  private async askWhy(): Promise<void> {
    const isLockedOut = await fetch(`${api}/live`).then(({ status }) => status === 401, () => false);
    if (isLockedOut === this.isLockedOut || this.connected) return;
    this.isLockedOut = isLockedOut;
    this.emit("connected", false);
  }

  now(): number {
    return performance.now() / 1000 + this.offset;
  }

  on<K extends keyof Happenings>(what: K, hear: (happening: Happenings[K]) => void): () => void {
    let hearers = this.hearers.get(what);
    if (!hearers) this.hearers.set(what, (hearers = new Set()));
    hearers.add(hear as Hearer);
    return () => void hearers?.delete(hear as Hearer);
  }

  play(controls: readonly number[]): void {
    this.whole = [...controls];
    this.some.clear();
    this.flushSoon();
  }

  move(changes: readonly [number, number][]): void {
    for (const [control, value] of changes) {
      if (this.whole && control < this.whole.length) this.whole[control] = value;
      else this.some.set(control, value);
    }
    this.flushSoon();
  }

  command(name: string, value?: number | string): void {
    if (!this.connected) {
      this.say(`imps does not answer, so "${name}" did not reach it`);
      return;
    }
    if (typeof value === "number") {
      this.commands.set(name, value);  // a slider's last position is the one that counts
      this.flushSoon();
      return;
    }
    this.flush();
    this.post({ command: value === undefined ? [name] : [name, value] });
  }

  grip(control: number, on: boolean): void {
    this.flush();
    this.post({ command: [on ? "grip" : "letgo", control + 1] });
  }

  get<T>(path: string): Promise<T> {
    return this.request<T>("GET", path);
  }

  send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
    return this.request<T>(method, path, body);
  }

  private meet(): void {
    this.connected = true;
    this.isLockedOut = false;
    this.retryIn = 100;
    this.offsetAt = -1;
    this.emit("connected", true);
  }

  private hear(message: Message): void {
    if (message.t !== undefined) this.setClock(message.t / 1e6);
    if (message.state) {
      this.state = { ...(this.state as State), ...message.state };
      this.emit("state", message.state);
    }
    if (message.frames) {
      for (const voice of voices) this.stands[voice] = [...(message.frames[voice] ?? [])];
      this.emit("stands", { performer: [...this.stands.performer], model: [...this.stands.model] });
    }
    for (const [t, voice, pairs] of message.events ?? []) this.hearEvent(t, voices[voice], pairs);
    if (message.next !== undefined) {
      const next = message.next;
      this.emit("next", next && {
        ...next, base: next.base / 1e6, due: next.due === null ? null : next.due / 1e6 });
    }
    for (const resource of message.changed ?? []) this.emit("changed", resource);
    for (const [kind, line] of message.told ?? []) this.emit("told", { kind, line });
    if (message.error) this.say(message.error);
  }

  private hearEvent(t: number, voice: VoiceName | undefined, pairs: number[]): void {
    if (!voice) return;
    const stands = this.stands[voice];
    const moved: number[] = [];
    for (let k = 0; k + 1 < pairs.length; k += 2) {
      stands[pairs[k]] = pairs[k + 1];
      moved.push(pairs[k]);
    }
    // What a voice has not said yet stands in the middle.
    for (let i = 0; i < stands.length; ++i) stands[i] ??= 0.5;
    this.emit("sounded", { at: t / 1e6, voice, controls: [...stands], moved });
  }

  /** A message is never early, so the one that took least time to come tells the clock best. */
  private setClock(seconds: number): void {
    const here = performance.now() / 1000;
    const offset = seconds - here;
    // Two clocks may drift apart by a few hundred parts in a million.
    const oldest = this.offset - 0.0005 * (here - this.offsetAt);
    if (this.offsetAt < 0 || offset > oldest || offset < this.offset - 1) {
      this.offset = offset;
      this.offsetAt = here;
    }
  }

  private emit<K extends keyof Happenings>(what: K, happening: Happenings[K]): void {
    for (const hear of this.hearers.get(what) ?? []) {
      try {
        (hear as (happening: Happenings[K]) => void)(happening);
      } catch (error) {
        console.error(error);  // one part of the page does not stop the others
      }
    }
  }

  /** Frames of the screen stop when the page is hidden; a MIDI controller may still move then. */
  private flushSoon(): void {
    if (this.flushIsDue) return;
    this.flushIsDue = true;
    let timer = 0;
    const flush = () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      this.flushIsDue = false;
      this.flush();
    };
    const frame = requestAnimationFrame(flush);
    timer = window.setTimeout(flush, 50);
  }

  private flush(): void {
    if (this.connected && (this.socket?.bufferedAmount ?? 0) > 65536) {
      this.flushSoon();
      return;
    }
    if (this.whole) this.post({ frame: this.whole });
    if (this.some.size) this.post({ set: [...this.some].flat() });
    for (const command of this.commands) this.post({ command });
    this.whole = null;
    this.some.clear();
    this.commands.clear();
  }

  /** What is moved while imps is away is not played later. */
  private post(message: unknown): void {
    if (this.connected && this.socket?.readyState === WebSocket.OPEN)
      this.socket.send(JSON.stringify(message));
  }

  private async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init: RequestInit = { method, cache: "no-store" };
    if (body instanceof Blob || body instanceof ArrayBuffer) {
      init.headers = { "Content-Type": "application/octet-stream" };
      init.body = body;
    } else if (body !== undefined) {
      init.headers = { "Content-Type": "application/json" };
      init.body = JSON.stringify(body);
    }
    let answer: Response;
    try {
      answer = await fetch(api + path, init);
    } catch {
      throw new Refused("imps does not answer: is it still running?");
    }
    const text = await answer.text();
    let parsed: unknown;
    try {
      parsed = text === "" ? undefined : JSON.parse(text);
    } catch {
      parsed = undefined;
    }
    if (!answer.ok) {
      const why = (parsed as { error?: unknown } | undefined)?.error;
      throw new Refused(typeof why === "string" ? why : `${method} ${path}: ${answer.status} ${answer.statusText}`);
    }
    return parsed as T;
  }
}
