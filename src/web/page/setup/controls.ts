// The controls as a table: what each is called, what moves it, and what it moves. Each cell writes
// its key of the configuration and nothing else; comments and order stay.

import { Desk } from "../desk";
import { el, Fault, put, setAttribute } from "../parts/element";
import { Config } from "./file";
import { learnOf } from "./learn";
import { findTexts, Found } from "./toml";

type Column = "name" | "input" | "output";
const columns: readonly { id: Column; key: string; words: string; short: string; says: string; hint: string }[] = [
  { id: "name", key: "instrument.controls", words: "Name", short: "Name", says: "is called", hint: "" },
  { id: "input", key: "midi.input", words: "Moved by (MIDI)", short: "Moved by", says: "is moved by", hint: "control_change 1 7" },
  { id: "output", key: "midi.output", words: "Moves (MIDI)", short: "Moves", says: "moves", hint: "note_on 1" },
];

interface Row {
  element: HTMLTableRowElement;
  inputs: Record<Column, HTMLInputElement>;
  bar: HTMLElement;
}

export function controlsOf(desk: Desk): { element: HTMLElement; read(text: string): void } {
  const body = el("tbody");
  const fault = new Fault();
  const empty = el("p", { class: "empty" }, "No controls yet: the first frame that is played says how many there are.");
  const otherwise = el("p", { class: "quiet", hidden: true });
  const table = el("div", { class: "scroller" }, el("table", { class: "controls" },
    el("caption", { class: "unseen" }, "Controls, and what they are mapped to"),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, ""),
      ...columns.map((column) => el("th", { scope: "col", title: column.key }, column.words)),
      el("th", { scope: "col" }, "Now"))), body));
  const rows: Row[] = [];
  const found: Record<Column, Found> = { name: "absent", input: "absent", output: "absent" };

  /** A fault stands below the row that it is in. */
  const faultRow = el("tr", { class: "controls-fault" }, el("td", { colspan: columns.length + 2 }, fault.element));

  /**
   * What the file says of a column, one text a row. Its word for a control that is not mapped is an empty
   * cell, so that no cell fills while somebody begins to write in it.
   */
  const listed = (column: Column): string[] => {
    const what = found[column];
    const texts = typeof what === "object" ? what.texts.map((text) => column !== "name" && text === "none" ? "" : text) : [];
    const shown = column === "name" && texts.length === 0 ? desk.state?.instrument.controls ?? [] : texts;
    return Array.from({ length: Math.max(rows.length, shown.length) }, (_, k) => shown[k] ?? "");
  };
  const read = (text: string) => {
    for (const column of columns) {
      const [section, key] = column.key.split(".");
      found[column.id] = findTexts(text, section, key);
    }
  };
  /** Cells that are on their way into the file, and what follows them there: a quick hand is ahead of it. */
  const unsaved = new Map<HTMLInputElement, number>();
  let writing: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(what: () => Promise<T>): Promise<T> => {
    const done = writing.then(what);
    writing = done.catch(() => undefined);
    return done;
  };

  const writeCell = async (column: (typeof columns)[number], k: number, text: string): Promise<Config> => {
    const texts = listed(column.id);
    texts[k] = text;
    const list = texts.every((one) => one === "") ? []
      : column.id === "name" ? texts : texts.map((one) => one || "none");
    const config = await desk.send<Config>("PATCH", "/config", { set: { [column.key]: list } });
    read(config.text);
    return config;
  };
  /** The file as it was, if nobody has written it since; else this cell, if it still says the same. */
  const takeBack = (column: (typeof columns)[number], k: number, was: string, now: string, before: Config, after: Config) =>
    void inTurn(async () => {
      const config = await desk.get<Config>("/config");
      if (config.text === after.text && before.exists) {
        await desk.send("PUT", "/config", { text: before.text, base: after.text });
        return;
      }
      read(config.text);
      if ((listed(column.id)[k] ?? "") !== now)
        throw new Error(`Control ${k + 1} has been changed again since: nothing is taken back`);
      await writeCell(column, k, was);
    }).catch((error: Error) => desk.say(error.message));

  const save = (column: (typeof columns)[number], k: number) => void fault.watch(async () => {
    const input = rows[k].inputs[column.id];
    const text = input.value.trim();
    unsaved.set(input, (unsaved.get(input) ?? 0) + 1);
    try {
      await inTurn(async () => {
        const before = await desk.get<Config>("/config");
        read(before.text);
        const was = listed(column.id)[k] ?? "";
        const after = await writeCell(column, k, text);
        const now = listed(column.id)[k] ?? "";
        desk.say(`Control ${k + 1} ${column.says} ${text || "nothing"}: saved`,
          () => takeBack(column, k, was, now, before, after));
      });
      setAttribute(input, "aria-invalid", false);
    } catch (error) {
      setAttribute(input, "aria-invalid", true);
      rows[k].element.after(faultRow);
      throw error;
    } finally {
      const left = (unsaved.get(input) ?? 1) - 1;
      if (left > 0) unsaved.set(input, left);
      else unsaved.delete(input);
      show();
    }
  });

  const makeRow = (k: number): Row => {
    const cell = (column: (typeof columns)[number]) => el("input", {
      type: "text", spellcheck: false, autocomplete: "off", placeholder: column.hint,
      "aria-label": `Control ${k + 1}: ${column.words}`, onchange: () => save(column, k),
    });
    const inputs = { name: cell(columns[0]), input: cell(columns[1]), output: cell(columns[2]) };
    const bar = el("div", { class: "controls-bar" });
    return {
      inputs, bar,
      element: el("tr", {}, el("th", { scope: "row", class: "number" }, String(k + 1)),
        ...columns.map((column) => el("td", { "data-label": column.short }, inputs[column.id])),
        el("td", { class: "controls-now", "aria-hidden": "true" }, el("div", { class: "controls-track" }, bar))),
    };
  };

  const show = () => {
    const count = (column: Column) => {
      const what = found[column];
      return typeof what === "object" ? what.texts.length : 0;
    };
    const names = count("name") || (desk.state?.instrument.controls ?? []).length;
    const wanted = Math.min(128, Math.max((desk.state?.dimension ?? 1) - 1, names,
      count("input"), count("output")));
    while (rows.length < wanted) rows.push(makeRow(rows.length));
    rows.length = Math.max(0, wanted);
    if (body.querySelectorAll("tr:not(.controls-fault)").length !== rows.length) put(body, ...rows.map((row) => row.element));
    const values: Record<Column, string[]> = {
      name: listed("name"), input: listed("input"), output: listed("output") };
    rows.forEach((row, k) => {
      for (const column of columns) {
        const input = row.inputs[column.id];
        const value = values[column.id][k] ?? "";
        // What was refused stays to be mended.
        const isKept = document.activeElement === input || unsaved.has(input) ||
          input.getAttribute("aria-invalid") === "true";
        if (!isKept && input.value !== value) input.value = value;
        input.disabled = found[column.id] === "otherwise";
        setAttribute(input, "title", input.value || column.key);
      }
    });
    empty.hidden = rows.length > 0;
    table.hidden = rows.length === 0;
    const odd = columns.filter((column) => found[column.id] === "otherwise").map((column) => column.key);
    otherwise.hidden = odd.length === 0;
    put(otherwise, `${odd.join(" and ")}: not one list for all devices, so edit it in the text below.`);
  };

  let waiting = false;
  const showStands = () =>
    rows.forEach((row, k) => void (row.bar.style.transform = `scaleX(${stands[k] ?? 0})`));
  let stands: readonly number[] = desk.stands.performer;
  desk.on("sounded", ({ voice, controls }) => {
    if (voice !== "performer") return;
    stands = controls;
    if (waiting || table.offsetParent === null) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      showStands();
    });
  });
  desk.on("stands", ({ performer }) => {
    stands = performer;
    showStands();
  });
  desk.on("state", (changed) => {
    if ("dimension" in changed || "instrument" in changed) show();
  });
  show();
  showStands();

  return {
    element: el("section", { class: "part" }, el("h2", {}, "Controls"),
      el("p", { class: "lead" }, "Move one, and see which it is. Names and mappings are written into the file as you leave a cell."),
      empty, table, otherwise, learnOf(desk)),
    read: (text) => {
      read(text);
      show();
    },
  };
}
