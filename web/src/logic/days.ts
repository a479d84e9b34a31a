/** Days as `<input type="date">` knows them ("2026-03-01"), in the person's own zone. */

const DAY_MS = 86_400_000;
/** Nobody is given more time than this from now. */
export const MOST_DAYS = 365;

/** The calendar day of a moment. */
export function inputDay(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${String(date.getFullYear()).padStart(4, "0")}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The last moment of a day, but no later than `latest`; null for what is no day. */
export function endOfDay(day: string, latest = Infinity): string | null {
  const at = Date.parse(`${day}T23:59:59`);
  return Number.isNaN(at) ? null : new Date(Math.min(at, latest)).toISOString();
}

/** The days that more time may be asked or given for: later than it ends anyway, and within a year. */
export function choice(expiresAt: string, now: number): { min: string; max: string; latest: number } {
  const latest = now + MOST_DAYS * DAY_MS - 60_000; // a minute for clocks that differ
  return { min: inputDay(Math.max(Date.parse(expiresAt), now) + DAY_MS), max: inputDay(latest), latest };
}
