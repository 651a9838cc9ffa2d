// Models as GET /models has them, and swapping one in.

import { Desk } from "../desk";
import { fileName, inPath, loss } from "./words";

export interface Model {
  file: string;
  dimension: number;
  words: string;
  when: string | number;
  bytes: number;
  playing: boolean;
  /** What training has written: texts by name, see doc/formats/models.md. */
  card: Record<string, string> | null;
  error: string | null;
}

export const readModels = (desk: Desk): Promise<Model[]> => desk.get<Model[]>("/models");

/** Swaps a model in, with no gap. */
export const playModel = (desk: Desk, file: string): Promise<unknown> =>
  desk.send("POST", `/models/${inPath(file)}/play`);

/** A model that comes with imps, "built-in-4": it has no file, and can be judged and played like others. */
export const builtIn = (dimension: number): string => `built-in-${dimension}`;
export const isBuiltIn = (file: string): boolean => file.startsWith("built-in-");

/** The address of the page where a model is compared with another one. */
export const compareAddress = (file: string): string => `#train/compare/${inPath(file)}`;
/** The model that the address asks to compare; null when it asks for none. */
export function comparedNow(): string | null {
  const file = /^#train\/compare\/(.+)$/.exec(location.hash)?.[1];
  try {
    return file === undefined ? null : decodeURIComponent(file);
  } catch {
    return null;
  }
}

/** Whether `file` plays: the state says it sooner than the list of models. */
export function plays(desk: Desk, { file, playing }: Pick<Model, "file" | "playing">): boolean {
  const { state } = desk;
  if (!state) return playing;
  const name = state.model?.name ?? "";
  return isBuiltIn(file) ? name.startsWith("the built-in model") && file === builtIn(state.dimension) : fileName(name) === file;
}

/** "1.693", or "" if the card has no such number. */
export function figure(card: Model["card"], name: string): string {
  const value = Number(card?.[name] ?? NaN);
  return Number.isFinite(value) ? loss(value) : "";
}
