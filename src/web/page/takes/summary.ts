// The summary of a dataset as the terminal prints it, from the result of the job.

import { count, counted } from "../parts/words";

interface Column {
  name: string;
  control?: string;
  least: number;
  mean: number;
  greatest: number;
  distinct: number;
  resolution: string;
  moves: number;
  histogram: { from: number; count: number }[];
}
export interface Summary {
  dataset: string | null;
  dimension: number;
  takes: number;
  interactions: number;
  minutes: number;
  rows_per_second: number;
  shortest_take_rows: number;
  longest_take_rows: number;
  columns: Column[];
  logs: unknown[];
  kept_as: string | null;
  left_out: string[];
}

const bars = " ▁▂▃▄▅▆▇█";
const most = 1024;  // of different values; the program counts no further

/** What was never there is empty, what was seldom there is not. */
function histogram(bins: Column["histogram"]): string {
  const greatest = Math.max(1, ...bins.map((bin) => bin.count));
  return bins.map((bin) => bars[bin.count === 0 ? 0 : Math.max(1, Math.round((8 * bin.count) / greatest))]).join("");
}

const figure = (value: number): string => String(Number(value.toPrecision(4)));

function table(columns: readonly Column[]): string[] {
  const rows = [
    ["", "least", "mean", "greatest", "resolution", "values", "moves", "where: dt by halves up to 5 s; controls 0 to 1"],
    ...columns.map((column) => [
      column.control || column.name, figure(column.least), figure(column.mean), figure(column.greatest),
      column.resolution, `${column.distinct}${column.distinct >= most ? "+" : ""}`,
      `${Math.round(100 * column.moves)} %`, histogram(column.histogram),
    ]),
  ];
  const widths = rows[0].map((_, k) => Math.max(...rows.map((row) => row[k].length)));
  // Names and words stand to the left, numbers to the right.
  const isLeft = (k: number) => k === 0 || k === 4 || k === 7;
  return rows.map((row) => `  ${row.map((cell, k) =>
    isLeft(k) ? cell.padEnd(widths[k]) : cell.padStart(widths[k])).join("  ")}`.trimEnd());
}

export function linesOf(summary: Summary): string[] {
  return [
    summary.dataset ? `${summary.dataset}: written` : "would be written",
    ...(summary.kept_as ? [`  the dataset that was there holds something else: it is kept as ${summary.kept_as}`] : []),
    `  dimension ${summary.dimension}: dt and ${counted(summary.dimension - 1, "control")}`
      + `; ${counted(summary.logs.length, "log")}`,
    `  ${counted(summary.takes, "take")}, ${counted(summary.interactions, "interaction")}, ${summary.minutes.toFixed(1)} minutes, ${summary.rows_per_second.toFixed(1)} rows a second`,
    `  takes of ${count(summary.shortest_take_rows)} to ${count(summary.longest_take_rows)} rows`,
    ...table(summary.columns),
    ...(summary.left_out.length > 0 ? ["  left out:", ...summary.left_out.map((line) => `    ${line}`)] : []),
  ];
}
