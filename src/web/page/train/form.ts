// What to train: how large a model, for how long, and on what.

import { Desk } from "../desk";
import { button, el, Fault, freshId } from "../parts/element";
import { Jobs } from "../parts/jobs";
import { recall, remember } from "../parts/keep";

interface Choice {
  value: string;
  name: string;
  words: string;
}

/** The field's sizes; the words say what they are like to play with. */
const sizes: readonly Choice[] = [
  { value: "xxs", name: "xxs", words: "a sketch" },
  { value: "xs", name: "xs", words: "quick" },
  { value: "s", name: "s", words: "the usual" },
  { value: "m", name: "m", words: "rich" },
  { value: "l", name: "l", words: "deep" },
  { value: "xl", name: "xl", words: "overnight" },
];
const sizeTitles: Record<string, string> = {
  xxs: "2 layers of 16 units", xs: "2 layers of 32 units", s: "2 layers of 64 units",
  m: "2 layers of 128 units", l: "2 layers of 256 units", xl: "3 layers of 512 units",
};
const times: readonly Choice[] = [
  { value: "", name: "Until it gets no better", words: "" },
  { value: "1min", name: "1 min", words: "" },
  { value: "5min", name: "5 min", words: "" },
  { value: "15min", name: "15 min", words: "" },
];
const data: readonly Choice[] = [
  { value: "logs", name: "All takes, as they are now", words: "" },
  { value: "", name: "The newest dataset", words: "" },
];

/** A group of radio buttons; `value` gives the one that is on, which this browser remembers. */
function choose(legend: string, choices: readonly Choice[], first: string, titles: Record<string, string> = {}) {
  const group = freshId("choice");
  const kept = `train.${legend}`;
  const last = recall<string>(kept);
  const chosen = choices.some((choice) => choice.value === last) ? last : first;
  const inputs = choices.map((choice) => el("input", {
    type: "radio", name: group, value: choice.value, checked: choice.value === chosen, class: "pick-input",
    onchange: () => remember(kept, choice.value),
  }));
  const element = el("fieldset", { class: "pick" }, el("legend", {}, legend),
    el("div", { class: "pick-all" }, ...choices.map((choice, k) => el("label",
      { class: "pick-one", title: titles[choice.value] }, inputs[k],
      el("span", { class: "pick-name" }, choice.name),
      choice.words !== "" && el("span", { class: "pick-words" }, choice.words)))));
  return { element, value: () => inputs.find((input) => input.checked)?.value ?? first };
}

export function formOf(desk: Desk, jobs: Jobs): HTMLElement {
  const size = choose("How large", sizes, "s", sizeTitles);
  const time = choose("How long", times, "");
  const from = choose("From", data, "logs");
  const fault = new Fault();
  let starting = false;
  const start = button("Train", () => undefined, { type: "submit", class: "do do-first" });

  const form = el("form", { class: "train-form", onsubmit: (event: Event) => {
    event.preventDefault();
    start.disabled = starting = true;
    void fault.watch(() => {
      const dimension = desk.state?.dimension ?? 0;
      const options = {
        size: size.value(),
        ...(time.value() ? { for: time.value() } : {}),
        ...(dimension > 0 ? { dimension } : {}),
      };
      const files = from.value();
      return files === "logs" ? jobs.startOnTakes("train", options, [files]) : jobs.start("train", options);
    }).then(() => (start.disabled = starting = false));
  } }, size.element, time.element, from.element, fault.element, el("div", { class: "dos" }, start));
  jobs.on(() => {
    const runs = jobs.list.some((job) => job.kind === "train" && job.state === "running");
    start.disabled = runs || starting;
    start.title = runs ? "One training at a time: stop the one that runs, or wait for it" : "imps train";
  });
  return form;
}
