// Learning a controller by its being moved: "move your first control", and what is heard.

import { Desk } from "../desk";
import { button, el, Fault, keyedList, write } from "../parts/element";
import { Config } from "./file";

interface Heard {
  device: string;
  mapping: string;
  narrow: string;
  raw: number;
  lowest: number;
  highest: number;
}
interface Lesson {
  running: boolean;
  system: string | null;
  error: string | null;
  devices: string[];
  hearing: Heard | null;
  latest: (Heard & { kind: "learnt" | "again" | "steps"; control: number }) | null;
  controls: Heard[];
}

/** As often as it is asked how the lesson stands. */
const everyMs = 150;

const nth = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"];

function prompt(lesson: Lesson): string {
  if (lesson.error !== null) return lesson.error;
  if (!lesson.running) return "The lesson is over. Keep what was learnt, or begin anew.";
  if (lesson.devices.length === 0) return "No MIDI input is there yet: plug one in.";
  return `Move your ${nth[lesson.controls.length] ?? "next"} control.`;
}

function remark(lesson: Lesson): string {
  const { latest } = lesson;
  if (latest?.kind === "again") return `That is control ${latest.control + 1} already (${latest.mapping}).`;
  if (latest?.kind === "steps") {
    return `${latest.mapping} of ${latest.device} sends steps, not positions: set it to absolute values on the controller itself.`;
  }
  return "";
}

export function learnOf(desk: Desk): HTMLElement {
  const fault = new Fault();
  const ask = el("p", { class: "learn-ask", role: "status" });
  const says = el("p", { class: "quiet" });
  const hears = el("p", { class: "learn-hears quiet", "aria-hidden": "true" });
  const list = el("ol", { class: "learn-list" });
  const words = ({ mapping, device, lowest, highest }: Heard) => `${mapping} of ${device}, heard ${lowest} to ${highest}`;
  const show = keyedList<[number, Heard]>(list, ([k]) => String(k), ([, heard]) => {
    const element = el("li", {}, words(heard));
    return { element, update: ([, now]) => write(element, words(now)) };
  });
  const ranges = el("input", { type: "checkbox" });
  let timer = 0;
  let turn = 0;

  const begin = button("Learn by moving", () => void open(), { class: "do" });
  const keep = button("Keep", () => void store(), { class: "do do-first", disabled: true });
  const forget = button("Forget the last", () => void change("POST", "/learn/undo"), { disabled: true });
  const leave = button("Never mind", () => void close());
  const panel = el("div", { class: "learn", hidden: true }, ask, hears, list, says,
    el("label", { class: "learn-ranges" }, ranges, " What was heard is each control's whole range"),
    el("div", { class: "dos" }, keep, forget, leave));

  const tell = (lesson: Lesson) => {
    write(ask, prompt(lesson));
    write(says, remark(lesson));
    const { hearing } = lesson;
    write(hears, hearing ? `${hearing.mapping} of ${hearing.device}: ${hearing.raw}`
      : lesson.devices.length > 0 ? `hearing ${lesson.devices.join(", ")}` : "");
    show(lesson.controls.map((heard, k): [number, Heard] => [k, heard]));
    keep.disabled = forget.disabled = lesson.controls.length === 0;
  };
  const follow = async (mine: number) => {
    if (mine !== turn || panel.hidden) return;
    await fault.watch(async () => {
      const lesson = await desk.get<Lesson>("/learn");
      if (mine === turn) tell(lesson);
    });
    if (mine === turn && !panel.hidden) timer = window.setTimeout(() => void follow(mine), everyMs);
  };
  const change = (method: "POST" | "DELETE", path: string) => fault.watch(async () => {
    tell(await desk.send<Lesson>(method, path));
  });
  const showPanel = (open: boolean) => {
    clearTimeout(timer);
    ++turn;
    panel.hidden = !open;
    begin.hidden = open;
    if (open) void follow(turn);
  };
  const open = async () => {
    show([]);
    await change("POST", "/learn");
    showPanel(true);
    leave.focus();
  };
  const close = async () => {
    showPanel(false);
    begin.focus();
    await change("DELETE", "/learn");
  };
  const store = () => fault.watch(async () => {
    const before = await desk.get<Config>("/config");
    const done = await desk.send<Config & { besides: string[] }>("POST", "/learn/keep", { ranges: ranges.checked });
    showPanel(false);
    begin.focus();
    desk.say([`${done.path} is written`, ...done.besides].join("; "), before.exists ? () => {
      desk.send("PUT", "/config", { text: before.text }).catch((error: Error) => desk.say(error.message));
    } : undefined);
  });

  return el("div", { class: "learn-frame" }, el("div", { class: "dos" }, begin), panel, fault.element);
}
