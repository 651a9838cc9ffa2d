// Playing a take back, on this page only: nothing goes to the stage. Each row is a happening
// "imps-playback" on the document, from which the page's own synth sounds; "imps-playback-end" lets
// go of what it holds.

import { Desk, VoiceName } from "../desk";

type Row = [seconds: number, voice: 0 | 1, ...controls: number[]];

/** What comes with "imps-playback". */
export interface PlayedBack {
  voice: VoiceName;
  controls: number[];
  /** Which of them are not where the last row of that voice left them. */
  moved: number[];
}

declare global {
  interface DocumentEventMap {
    "imps-playback": CustomEvent<PlayedBack>;
    "imps-playback-end": CustomEvent<null>;
  }
}

export interface Follower {
  /** So many seconds into the take, at each frame of the screen. */
  at(seconds: number): void;
  ended(): void;
}

const lookMs = 10;

/** One take at a time. */
class Playback {
  private running: { follower: Follower; timer: number; frame: number } | null = null;
  private asked = 0;

  /** Resolves when it plays. */
  async start(desk: Desk, id: string, seconds: number, follower: Follower): Promise<void> {
    this.stop();
    const turn = ++this.asked;
    const { rows } = await desk.get<{ rows: Row[] }>(`/takes/${encodeURIComponent(id)}/rows`);
    if (turn !== this.asked) {
      follower.ended();
      return;
    }
    const began = performance.now();
    const elapsed = () => (performance.now() - began) / 1000;
    const run = { follower, timer: 0, frame: 0 };
    this.running = run;
    const stands: Record<VoiceName, number[]> = { performer: [], model: [] };
    let next = 0;
    const sound = () => {
      const now = elapsed();
      for (; next < rows.length && rows[next][0] <= now; ++next) {
        const [, number, ...controls] = rows[next];
        const voice = number === 1 ? "model" : "performer";
        const moved = controls.map((_, k) => k).filter((k) => controls[k] !== stands[voice][k]);
        stands[voice] = controls;
        const detail: PlayedBack = { voice, controls, moved };
        document.dispatchEvent(new CustomEvent("imps-playback", { detail }));
      }
      if (next >= rows.length && now >= seconds) {
        this.stop();
        return;
      }
      const wait = next < rows.length ? (rows[next][0] - now) * 1000 : lookMs;
      run.timer = window.setTimeout(sound, Math.min(200, Math.max(0, wait)));
    };
    const show = () => {
      follower.at(Math.min(seconds, elapsed()));
      run.frame = requestAnimationFrame(show);
    };
    sound();
    if (this.running === run) show();
  }

  stop(): void {
    ++this.asked;
    const run = this.running;
    if (!run) return;
    this.running = null;
    clearTimeout(run.timer);
    cancelAnimationFrame(run.frame);
    document.dispatchEvent(new CustomEvent("imps-playback-end"));
    run.follower.ended();
  }
}

export const playback = new Playback();
