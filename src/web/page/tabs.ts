// The tabs: the address says which one is open, so that a reload stays there. A tab is made when it
// is first opened.

import { Desk, Tab } from "./desk";
import { attributes, make } from "./make";

export interface Leaf {
  id: string;
  name: string;
  tab: Tab;
}

export function showTabs(leaves: readonly Leaf[], desk: Desk, bar: HTMLElement, panels: HTMLElement): void {
  const made = new Set<string>();
  bar.classList.add("tabs");
  attributes(bar, { role: "tablist", "aria-label": "Parts of imps" });

  const heads = leaves.map((leaf) => {
    const head = attributes(make("button", "tab", leaf.name), {
      role: "tab", type: "button", id: `tab-${leaf.id}`, "aria-controls": leaf.id });
    head.dataset.name = leaf.name;
    head.addEventListener("click", () => void (location.hash = leaf.id));
    return head;
  });
  const bodies = leaves.map((leaf) => {
    const body = attributes(make("section", `panel panel-${leaf.id}`), {
      role: "tabpanel", id: `panel-${leaf.id}`, "aria-labelledby": `tab-${leaf.id}` });
    return body;
  });
  heads.forEach((head, k) => head.setAttribute("aria-controls", bodies[k].id));
  bar.append(...heads);
  panels.append(...bodies);

  const show = () => {
    const asked = leaves.findIndex((leaf) => leaf.id === location.hash.slice(1).split("/")[0]);
    const open = Math.max(0, asked);
    heads.forEach((head, k) => {
      head.setAttribute("aria-selected", String(k === open));
      head.tabIndex = k === open ? 0 : -1;
    });
    bodies.forEach((body, k) => void (body.hidden = k !== open));
    const leaf = leaves[open];
    document.title = open === 0 ? "imps" : `${leaf.name} · imps`;
    if (!made.has(leaf.id)) {
      made.add(leaf.id);
      leaf.tab(bodies[open], desk);
    }
  };

  bar.addEventListener("keydown", (key) => {
    const from = heads.indexOf(document.activeElement as HTMLButtonElement);
    const last = heads.length - 1;
    const to = from < 0 ? -1
      : key.key === "ArrowRight" ? (from === last ? 0 : from + 1)
      : key.key === "ArrowLeft" ? (from === 0 ? last : from - 1)
      : key.key === "Home" ? 0
      : key.key === "End" ? last
      : -1;
    if (to < 0) return;
    key.preventDefault();
    heads[to].focus();
    location.hash = leaves[to].id;
  });
  addEventListener("hashchange", show);

  // The first one sounds and listens whichever is open.
  made.add(leaves[0].id);
  leaves[0].tab(bodies[0], desk);
  show();
}
