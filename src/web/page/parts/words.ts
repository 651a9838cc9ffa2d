// Numbers and times in words: what a performer reads, not what a program writes.

/** "7 s", "3:20", "1:02:03": as the terminal says it. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const two = (n: number) => String(n).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)}:${two(whole % 60)}`;
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** "0:07.4": a place in a take. */
export function place(seconds: number): string {
  const tenths = Math.max(0, Math.round(seconds * 10));
  return `${Math.floor(tenths / 600)}:${((tenths % 600) / 10).toFixed(1).padStart(4, "0")}`;
}

/** "3.2 s", then as duration() says it: a part of a take. */
export const span = (seconds: number): string =>
  (seconds < 9.95 ? `${seconds.toFixed(1)} s` : duration(seconds));

const dayMs = 86_400_000;
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const clockOfSeconds = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const date = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dateOfYear = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** "Today 20:00", "Yesterday 9:12", "22 Nov, 20:00". What is no time is said as it is. */
export const when = (time: string | number): string => day(time, clock);

/** "Today 20:00:12": of what may begin several times a minute. */
export const whenBegun = (time: string | number): string => day(time, clockOfSeconds);

function day(time: string | number, clock: Intl.DateTimeFormat): string {
  const now = new Date();
  const at = new Date(typeof time === "number" ? time * 1000 : time);
  if (Number.isNaN(at.getTime())) return String(time);
  const startOfDay = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  if (at.getTime() >= startOfDay && at.getTime() < startOfDay + dayMs) return `Today ${clock.format(at)}`;
  if (at.getTime() >= startOfDay - dayMs && at.getTime() < startOfDay) return `Yesterday ${clock.format(at)}`;
  const ofDay = at.getFullYear() === now.getFullYear() ? date : dateOfYear;
  return `${ofDay.format(at)}, ${clock.format(at)}`;
}

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
export const count = (n: number): string => whole.format(n);

/** "−0.757": a loss may be below 0. */
export const loss = (nats: number): string => nats.toFixed(3).replace("-", "−");

/** "1 row", "4,210 rows". */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${count(n)} ${n === 1 ? one : many}`;

export function bytes(n: number): string {
  if (n < 1000) return `${n} bytes`;
  const units = ["KB", "MB", "GB", "TB"];
  let value = n / 1000;
  let k = 0;
  for (; value >= 999.5 && k + 1 < units.length; ++k) value /= 1000;
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[k]}`;
}

/** A file's name in an address. */
export const inPath = (name: string): string => encodeURIComponent(name);

/** The last part of a path. */
export const fileName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
