// What this browser remembers of the page. One that remembers nothing still shows everything.

export function recall<T>(name: string): T | null {
  try {
    return JSON.parse(localStorage.getItem(`imps.${name}`) ?? "null") as T | null;
  } catch {
    return null;
  }
}

export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(`imps.${name}`, JSON.stringify(value));
  } catch {
    // It is asked again next time.
  }
}
