// What every part of the page knows of imps: how things stand, what happens, and what can be asked.
// doc/api.md says it for scripts.

/** How things stand, as GET /api/v1/state. */
export interface State {
  version: string;
  seconds: number;
  /** dt and the controls; 0 until the first frame has said it. */
  dimension: number;
  instrument: { name: string; controls: string[] };
  model: { name: string; words: string } | null;
  mode: Mode;
  voice: VoiceName;
  paused: boolean;
  muted: boolean;
  thru: boolean;
  /** In every mode, as in duet, what is touched stays the performer's. */
  shared_hands: boolean;
  /** The controls that the performer has, where they are shared. */
  held: number[];
  /** Seconds after the last touch until a control is the model's again. */
  release: number;
  threshold: number;
  sigmatemp: number;
  pitemp: number;
  /** From 0, the most typical of what the model may play, to 1, the rarest. */
  surprise: number;
  /** Beats a minute, 0 for none; lines in a beat; and how much of the way to one. */
  tempo: number;
  grid: number;
  snap: number;
  timescale: number;
  seed: number;
  scene: string;
  scenes: string[];
  ports: string[];
  /** What sounds is written down. */
  records: boolean;
  /** Null before a take's first row, too. */
  log: { path: string; rows: number; unsynced: number; began: number } | null;
  counts: Record<string, number>;
  lateness: { median_ms: number; p99_ms: number; worst_ms: number };
  config: string | null;
  folder: string;
}

export type Mode = "callresponse" | "polyphony" | "battle" | "useronly" | "duet";
export type VoiceName = "performer" | "model";

/** A frame that sounded: where each control stands now. */
export interface Sounded {
  /** Seconds since the start of imps. */
  at: number;
  voice: VoiceName;
  controls: readonly number[];
  /** Which of them moved. */
  moved: readonly number[];
}

/** What the model is about to play, or would: a mixture over when and where. */
export interface Next {
  /** Seconds since the start of imps, from where dt counts. */
  base: number;
  /** When it sounds, if it does. */
  due: number | null;
  weights: number[];
  /** For each component [mu, sigma], in seconds. */
  dt: [number, number][];
  /** For each control, for each component, [mu, sigma]. */
  controls: [number, number][][];
}

/** The resources that live messages name when they change. */
export type Resource = "takes" | "models" | "jobs" | "config" | "trash";

/** An event's name and what comes with it. */
export interface Happenings {
  /** Some of the state has changed. */
  state: Partial<State>;
  sounded: Sounded;
  /** Where all controls of both voices stand; nothing has sounded by this. Empty before a voice has played. */
  stands: Record<VoiceName, readonly number[]>;
  next: Next | null;
  changed: Resource;
  /** A line as in the terminal. */
  told: { kind: "tell" | "warn"; line: string };
  /** The connection came or went. */
  connected: boolean;
}

export interface Desk {
  /** The last that is known; null before the first message. */
  readonly state: State | null;
  readonly connected: boolean;
  /** imps is there, and does not let this page in: it has another token now. */
  readonly isLockedOut: boolean;
  /** Where all controls of both voices stand, as of the last message. */
  readonly stands: Readonly<Record<VoiceName, readonly number[]>>;
  /** Seconds since the start of imps, now, on the performance's clock. */
  now(): number;
  /** Calls `hear` whenever it happens. Returns what ends that. */
  on<K extends keyof Happenings>(what: K, hear: (happening: Happenings[K]) => void): () => void;

  /** The performer moves all controls, or some: [index, value]. Sent at most once a frame. */
  play(controls: readonly number[]): void;
  move(changes: readonly [number, number][]): void;
  command(name: string, value?: number | string): void;
  /** A hand is on a control, counted from 0, or leaves it: it need not move to be the performer's. */
  grip(control: number, on: boolean): void;

  /**
   * A request under /api/v1. Throws Refused with the words of imps. A body that is a Blob or an
   * ArrayBuffer is sent as it is, any other as JSON.
   */
  get<T>(path: string): Promise<T>;
  send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T>;

  /** Says a line at the bottom; `undo`, if given, is offered beside it for a few seconds. */
  say(line: string, undo?: () => void): void;
}

export class Refused extends Error {}

/** One of the page's tabs. Called once; the tab listens to `desk` for the rest. */
export type Tab = (place: HTMLElement, desk: Desk) => void;
