// The configuration as text: checked while it is written, with each fault at its line.

import { Desk } from "../desk";
import { button, el, Fault, freshId, put, setAttribute, write } from "../parts/element";

interface Remark {
  line: number;
  column: number;
  text: string;
}
export interface Config {
  path: string;
  text: string;
  errors: Remark[];
  warnings: Remark[];
  exists: boolean;
}

const quietMs = 400;

export function fileOf(desk: Desk): { element: HTMLElement; read(config: Config): void } {
  let saved = "";
  let isElsewhere = false;  // changed by others, while something else is written here
  let path = "imps.toml";
  let timer = 0;
  let turn = 0;

  const says = el("p", { class: "quiet", role: "status" });
  const fault = new Fault();
  const gutter = el("pre", { class: "file-gutter", "aria-hidden": "true" });
  const remarks = el("ul", { class: "file-remarks", id: freshId("remarks") });
  const text: HTMLTextAreaElement = el("textarea", {
    class: "file-text", wrap: "off", spellcheck: false, autocomplete: "off", autocapitalize: "off",
    "aria-label": "The configuration, as TOML", "aria-describedby": remarks.id,
    oninput: () => changed(), onscroll: () => (gutter.scrollTop = text.scrollTop),
    onkeydown: (event: KeyboardEvent) => {
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void save();
    },
  });
  const title = el("h2", {}, "The file");
  const keep = button("Save", () => void save(), { class: "do do-first", title: "Ctrl S" });
  const back = button("Take back changes", () => {
    text.value = saved;
    isElsewhere = false;
    changed();
  });

  const number = (marks: ReadonlyMap<number, "error" | "warning">) => {
    const lines = text.value.split("\n").length;
    put(gutter, ...Array.from({ length: lines }, (_, k) => {
      const mark = marks.get(k + 1);
      return el("span", { "data-mark": mark }, `${mark === "error" ? "✕ " : mark ? "! " : ""}${k + 1}\n`);
    }));
    text.rows = Math.min(32, Math.max(12, lines + 1));
    gutter.scrollTop = text.scrollTop;
  };

  const go = (remark: Remark) => {
    const lines = text.value.split("\n");
    const line = Math.min(lines.length, Math.max(1, remark.line));
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    const at = start + Math.min(lines[line - 1].length, Math.max(0, remark.column - 1));
    text.focus();
    text.setSelectionRange(at, start + lines[line - 1].length);
    const height = text.scrollHeight / lines.length;
    text.scrollTop = (line - 1) * height - text.clientHeight / 2;
  };

  const show = (errors: readonly Remark[], warnings: readonly Remark[]) => {
    const marks = new Map<number, "error" | "warning">();
    for (const one of warnings) marks.set(one.line, "warning");
    for (const one of errors) marks.set(one.line, "error");
    number(marks);
    const item = (kind: "error" | "warning") => (remark: Remark) => el("li", { "data-kind": kind },
      el("button", { type: "button", class: "file-remark", onclick: () => go(remark) },
        el("span", { class: "file-line" }, `${kind === "error" ? "✕" : "!"} ${remark.line > 0 ? `line ${remark.line}` : "file"}`),
        el("span", {}, remark.text)));
    put(remarks, ...errors.map(item("error")), ...warnings.map(item("warning")));
    setAttribute(text, "aria-invalid", errors.length > 0);
    const dirty = text.value !== saved;
    keep.disabled = !dirty || errors.length > 0;
    back.disabled = !dirty;
    write(says, errors.length > 0 ? (errors.length === 1 ? "One fault: not saved." : `${errors.length} faults: not saved.`)
      : !dirty ? ""
      : isElsewhere ? "The file was changed elsewhere: Save writes over that, Take back shows it."
      : "Well formed; not saved yet.");
  };

  const check = async () => {
    const mine = ++turn;
    const asked = text.value;
    await fault.watch(async () => {
      const found = await desk.send<Config>("PUT", "/config", { text: asked, dry_run: true });
      if (mine === turn && text.value === asked) show(found.errors, found.warnings);
    });
  };
  const changed = () => {
    clearTimeout(timer);
    ++turn;
    number(new Map());
    back.disabled = text.value === saved;
    keep.disabled = true;
    write(says, "");
    timer = window.setTimeout(() => void check(), quietMs);
  };

  addEventListener("beforeunload", (event) => {
    if (text.value !== saved) event.preventDefault();
  });

  const store = (wanted: string, base: string) =>
    desk.send<Config>("PUT", "/config", { text: wanted, base });
  const save = async () => {
    clearTimeout(timer);
    const mine = ++turn;
    const before = saved;
    const wanted = text.value;
    await fault.watch(async () => {
      const found = await store(wanted, saved);
      if (found.errors.length > 0) {
        if (mine === turn) show(found.errors, found.warnings);
        return;
      }
      saved = wanted;
      isElsewhere = false;
      if (mine === turn) show([], found.warnings);
      desk.say(`${path} is saved`, () => {
        store(before, wanted).catch((error: Error) => desk.say(error.message));
      });
    });
  };

  return {
    element: el("section", { class: "part" }, title,
      el("div", { class: "file" }, gutter, text), remarks, fault.element,
      el("div", { class: "dos" }, keep, back, says)),
    read: (config) => {
      const dirty = text.value !== saved;
      path = config.path;
      write(title, config.path);
      if (config.text === saved && text.value !== "") return;
      const same = text.value === config.text;
      saved = config.text;
      isElsewhere = dirty && !same;
      if (isElsewhere) {
        changed();
        return;
      }
      text.value = config.text;
      show(config.errors, config.warnings);
      if (!config.exists) write(says, `There is no ${config.path} yet: saving makes it.`);
    },
  };
}
