// Elements: what these tabs are built of. Text goes in as text, so that no name of a file or an
// instrument can become markup, and styles come from classes only, as the page's policy demands.

type Value = string | number | boolean | null | undefined | ((event: never) => void);
export type Child = Node | string | null | undefined | false;

/** `on…` listens; true is an attribute without a value; false, null and undefined leave it out,
    but for `aria-…`, which has the words. */
export type Attributes = Record<string, Value>;

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Attributes = {}, ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function")
      element.addEventListener(name.slice(2), value as EventListener);
    else
      setAttribute(element, name, value);
  }
  put(element, ...children);
  return element;
}

export function setAttribute(element: Element, name: string, value: Exclude<Value, Function>): void {
  // What aria says is true or false, not there or not.
  const said = typeof value === "boolean" && !name.startsWith("aria-") ? (value ? "" : null)
    : value === undefined ? null : value;
  if (said === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(said)) element.setAttribute(name, String(said));
}

/** Puts `children` in, in the place of what was there. */
export function put(element: Element, ...children: Child[]): void {
  element.replaceChildren(...children.filter((child): child is Node | string => !!child));
}

/** Writes only what is new: a live region speaks what is written, even if it says the same. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function button(
  words: string, press: (event: MouseEvent) => void, attributes: Attributes = {}
): HTMLButtonElement {
  return el("button", { type: "button", class: "do", onclick: press, ...attributes }, words);
}

let used = 0;
/** A name for an element that nothing else has. */
export const freshId = (stem: string): string => `${stem}-${++used}`;

/** What a list shows for one thing; it stays while that thing does, with its focus and its state. */
export interface Item<T> {
  readonly element: HTMLElement;
  update(thing: T): void;
}

/** Keeps `list` showing `things` in their order. */
export function keyedList<T>(
  list: HTMLElement, key: (thing: T) => string, make: (thing: T) => Item<T>
): (things: readonly T[]) => void {
  const items = new Map<string, Item<T>>();
  return (things) => {
    const wanted = new Set(things.map(key));
    for (const [name, item] of items) {
      if (wanted.has(name)) continue;
      item.element.remove();
      items.delete(name);
    }
    things.forEach((thing, k) => {
      let item = items.get(key(thing));
      if (item) item.update(thing);
      else items.set(key(thing), (item = make(thing)));
      // An element that is in its place is not moved: it would lose its focus.
      if (list.children[k] !== item.element)
        list.insertBefore(item.element, list.children[k] ?? null);
    });
  };
}

/** Where an error is said, beside what caused it, in the words of imps. */
export class Fault {
  readonly element = el("p", { class: "fault", role: "alert", hidden: true });

  say(error: unknown): void {
    write(this.element, error instanceof Error ? error.message : String(error));
    this.element.hidden = false;
  }
  clear(): void {
    this.element.hidden = true;
    write(this.element, "");
  }
  /** Does `what`, says why it failed if it did. Gives whether it was done. */
  async watch(what: () => Promise<unknown>): Promise<boolean> {
    this.clear();
    try {
      await what();
      return true;
    } catch (error) {
      this.say(error);
      return false;
    }
  }
}

/** Calls `hear` when `element` comes into sight or goes: a tab that nobody sees asks for nothing. */
export function watchVisible(element: Element, hear: (visible: boolean) => void): void {
  let last = false;
  let inPage = false;
  const tell = () => {
    const now = inPage && !document.hidden;
    if (now !== last) hear((last = now));
  };
  new IntersectionObserver((entries) => {
    inPage = entries[entries.length - 1].isIntersecting;
    tell();
  }).observe(element);
  document.addEventListener("visibilitychange", tell);
}
