// Reading a little of the configuration's text: a list of texts under a key of a section. The
// server reads all of TOML and is the one that judges; this only shows a mapping in a table, and
// gives null for what is written in any other way.

/** Cuts "#…" off, but not within a text. */
function withoutComment(line: string): string {
  let quote = "";
  for (let k = 0; k < line.length; ++k) {
    const c = line[k];
    if (quote === "" && c === "#") return line.slice(0, k);
    if (quote === "" && (c === '"' || c === "'")) quote = c;
    else if (quote === '"' && c === "\\") ++k;
    else if (c === quote) quote = "";
  }
  return line;
}

/** The texts of `["a", 'b']`; null if it is no list of texts. */
function readTexts(source: string): string[] | null {
  const texts: string[] = [];
  const token = /\s*("(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[[\],])/y;
  let depth = 0;
  let wantsValue = true;
  for (;;) {
    const found = token.exec(source);
    if (!found) return null;
    const word = found[1];
    if (word === "[") {
      if (++depth > 1) return null;
    } else if (word === "]") {
      return depth === 1 ? texts : null;
    } else if (word === ",") {
      if (wantsValue) return null;
      wantsValue = true;
    } else {
      if (depth !== 1 || !wantsValue) return null;
      wantsValue = false;
      try {
        texts.push(word[0] === "'" ? word.slice(1, -1) : (JSON.parse(word) as string));
      } catch {
        return null;
      }
    }
  }
}

export type Found = { texts: string[] } | "absent" | "otherwise";

/** What `section.key` says in `text`: a list of texts, nothing, or something else. */
export function findTexts(text: string, section: string, key: string): Found {
  const lines = text.split("\n").map(withoutComment);
  let now = "";
  for (let k = 0; k < lines.length; ++k) {
    const header = /^\s*\[\s*([^\[\]]+?)\s*\]\s*$/.exec(lines[k]);
    if (header) {
      now = header[1];
      // [midi.input] with a key for each device.
      if (now === `${section}.${key}`) return "otherwise";
      continue;
    }
    const entry = /^\s*([A-Za-z0-9_.-]+)\s*=(.*)$/.exec(lines[k]);
    if (!entry) continue;
    const name = now === "" ? entry[1] : `${now}.${entry[1]}`;
    if (name.startsWith(`${section}.${key}.`)) return "otherwise";
    if (name !== `${section}.${key}`) continue;
    const texts = readTexts([entry[2], ...lines.slice(k + 1)].join("\n"));
    return texts ? { texts } : "otherwise";
  }
  return "absent";
}
