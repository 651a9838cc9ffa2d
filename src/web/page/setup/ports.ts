// The ports that are there, live: what is plugged in appears while one looks.

import { Desk } from "../desk";
import { el, Fault, keyedList, put } from "../parts/element";

/** As `imps ports --json`. */
interface Ports {
  midi: { system: string | null; trouble: string | null; inputs: string[]; outputs: string[] };
  serial: { path: string; usb: string; name: string }[];
}

const everyMs = 2000;

export function portsOf(desk: Desk): { element: HTMLElement; visible(now: boolean): void } {
  const fault = new Fault();
  const open = el("ul", { class: "ports-list" });
  const list = (words: string) => {
    const items = el("ul", { class: "ports-list" });
    const none = el("p", { class: "quiet" }, "none");
    const show = keyedList<[string, string]>(items, ([name]) => name, ([name, more]) => ({
      element: el("li", {}, name, more !== "" && el("span", { class: "quiet" }, ` ${more}`)),
      update: () => undefined,
    }));
    return {
      element: el("div", { class: "ports-one" }, el("h3", {}, words), items, none),
      show: (names: [string, string][]) => {
        // Two alike have one line: it could not be told which is which.
        show([...new Map(names.map((name) => [name[0], name])).values()]);
        none.hidden = names.length > 0;
      },
    };
  };
  const inputs = list("MIDI in");
  const outputs = list("MIDI out");
  const serial = list("Serial");
  const system = el("p", { class: "quiet", hidden: true });

  let timer = 0;
  let looks = false;
  const read = async () => {
    await fault.watch(async () => {
      const ports = await desk.get<Ports>("/ports");
      const named = (names: string[]): [string, string][] => names.map((name) => [name, ""]);
      inputs.show(named(ports.midi.inputs));
      outputs.show(named(ports.midi.outputs));
      serial.show(ports.serial.map((port) => [port.path, [port.name, port.usb].filter(Boolean).join(" · ")]));
      system.hidden = ports.midi.system !== null;
      put(system, ports.midi.trouble ?? "");
    });
    clearTimeout(timer);
    if (looks) timer = window.setTimeout(() => void read(), everyMs);
  };
  const showOpen = () => put(open, ...(desk.state?.ports ?? []).map((port) => el("li", {}, port)));
  desk.on("state", (changed) => {
    if ("ports" in changed) showOpen();
  });
  showOpen();

  const element = el("section", { class: "part" }, el("h2", {}, "Ports"),
    el("p", { class: "lead" }, "What is plugged in now."),
    fault.element, system,
    el("div", { class: "ports" }, inputs.element, outputs.element, serial.element),
    el("div", { class: "ports-one" }, el("h3", {}, "imps has open"), open));
  return {
    element,
    visible: (now) => {
      looks = now;
      if (now) void read();
      else clearTimeout(timer);
    },
  };
}
