// Making parts of the page: the little that it needs in place of a framework.

/** An element with a class, and what stands in it. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, look = "", ...within: (Node | string)[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (look) element.className = look;
  element.append(...within);
  return element;
}

/** Sets attributes; gives the element back. */
export function attributes<E extends Element>(element: E, values: Record<string, string>): E {
  for (const [name, value] of Object.entries(values)) element.setAttribute(name, value);
  return element;
}

/** Writes only what changes, so that nothing is laid out anew for nothing. */
export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function button(text: string, look: string, press: () => void): HTMLButtonElement {
  const made = make("button", look, text);
  made.type = "button";
  made.addEventListener("click", press);
  return made;
}

let ids = 0;
/** An id that nothing else on the page has. */
export const freshId = (): string => `id-${++ids}`;

/** Settings of this browser, where it keeps any. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(`imps.${name}`);
  } catch {
    return null;
  }
}
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`imps.${name}`, value);
  } catch {
    // A browser that keeps nothing still plays.
  }
}
