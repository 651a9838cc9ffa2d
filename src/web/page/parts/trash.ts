// The trash: what was deleted, and a way back. What is thrown away for good goes after a few
// seconds in which it can still be kept; a page that is closed before then leaves it where it is.

import { Desk } from "../desk";
import { button, el, Fault, keyedList, put } from "./element";
import { when } from "./words";

export interface Thrown {
  id: string;
  kind: "take" | "model";
  name: string;
  when: string | number;
}

/** Longer than a line at the bottom offers to undo. */
const graceMs = 12_000;

/** Puts back what was thrown away. */
export const restore = (desk: Desk, id: string): Promise<unknown> =>
  desk.send("POST", `/trash/${encodeURIComponent(id)}`);

/**
 * Throws away what is at `path`, and offers to undo it. What was trimmed has left a shorter one in
 * its place, which goes when the whole comes back.
 */
export async function throwAway(
  desk: Desk, path: string, line: string, trim?: [number, number]
): Promise<void> {
  const { trash } = await (trim
    ? desk.send<{ trash: string }>("PATCH", path, { trim })
    : desk.send<{ trash: string }>("DELETE", path));
  const undo = async () => {
    const shorter = trim ? await desk.send<{ trash: string }>("DELETE", path) : null;
    await restore(desk, trash);
    if (shorter) await desk.send("DELETE", `/trash/${encodeURIComponent(shorter.trash)}`);
  };
  const isThere = async () => (await desk.get<Thrown[]>("/trash")).some((thrown) => thrown.id === trash);
  desk.say(line, () => void isThere()
    .then((is) => is ? undo() : desk.say("It has been taken out of the trash already"))
    .catch((error: Error) => desk.say(error.message)));
}

/** A folded list of what was thrown away of one kind. */
export function trashOf(desk: Desk, kind: Thrown["kind"]): HTMLElement {
  const title = el("summary", {}, "Trash");
  const list = el("ul", { class: "rows" });
  const empty = el("p", { class: "quiet" }, "Nothing is in it.");
  const fault = new Fault();
  const goes = new Map<string, number>();

  const forGood = (thrown: Thrown) => {
    const timer = window.setTimeout(() => {
      goes.delete(thrown.id);
      void fault.watch(() => desk.send("DELETE", `/trash/${encodeURIComponent(thrown.id)}`)).then(read);
    }, graceMs);
    goes.set(thrown.id, timer);
    desk.say(`${thrown.name} goes for good`, () => {
      clearTimeout(timer);
      goes.delete(thrown.id);
      read();
    });
    read();
  };

  const show = keyedList<Thrown>(list, (thrown) => thrown.id, (thrown) => ({
    element: el("li", {},
      el("span", { class: "row-name" }, thrown.name),
      el("span", { class: "quiet" }, when(thrown.when)),
      el("span", { class: "row-does" },
        button("Put back", () => void fault.watch(() => restore(desk, thrown.id)).then(read),
          { "aria-label": `Put back ${thrown.name}` }),
        button("Delete for good", () => forGood(thrown),
          { "aria-label": `Delete ${thrown.name} for good` }))),
    update: () => undefined,
  }));

  function read(): void {
    desk.get<Thrown[]>("/trash").then((all) => {
      const those = all.filter((thrown) => thrown.kind === kind && !goes.has(thrown.id));
      show(those);
      empty.hidden = those.length > 0;
      put(title, those.length > 0 ? `Trash (${those.length})` : "Trash");
    }, () => {
      // Read again when imps is back.
    });
  }
  desk.on("changed", (what) => {
    if (what === "trash") read();
  });
  desk.on("connected", (connected) => {
    if (connected) read();
  });
  read();
  return el("details", { class: "trash" }, title, fault.element, empty, list);
}
