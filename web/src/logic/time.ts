/** Time in words, as pure functions of the moment. Rounds down, so that a deadline never promises more than there is. */

export type Unit = "day" | "hour" | "minute" | "second";

const SIZES: readonly (readonly [Unit, number])[] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** The largest unit that reads well: "in 47 hours" says more than "in 1 day", so days begin at two. */
export function inUnits(seconds: number): { unit: Unit; value: number } {
  const size = Math.abs(seconds);
  const [day, hour, minute] = SIZES;
  // A whole day that began within the last hour still counts: what was just given for 14 days reads "in 14 days".
  if (day && size >= 2 * day[1]) return { unit: "day", value: Math.sign(seconds) * Math.floor((size + 3600) / day[1]) };
  if (hour && size >= 2 * hour[1]) return { unit: "hour", value: Math.trunc(seconds / hour[1]) };
  if (minute && size >= minute[1]) return { unit: "minute", value: Math.trunc(seconds / minute[1]) };
  return { unit: "second", value: Math.trunc(seconds) };
}

/** "in 3 days", "5 minutes ago". Below a minute the past is "now": seconds that pass would only flicker. */
export function relative(at: number, now: number, locale: string): string {
  const words = new Intl.RelativeTimeFormat(locale, { numeric: "always" });
  const seconds = (at - now) / 1000;
  if (Math.abs(seconds) < 60 && seconds <= 1) return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(0, "second");
  const { unit, value } = inUnits(seconds);
  return words.format(value, unit);
}

/** The exact time in the person's own zone, with the zone's name. */
export const exact = (at: number, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: "full", timeStyle: "long" }).format(at);

/** A calendar day, for dates that have no time ("2026-03-01") and for the ends of retentions. */
export const day = (at: number | string, locale: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: "medium", ...(typeof at === "string" ? { timeZone: "UTC" } : {}) }).format(
    typeof at === "string" ? new Date(at) : at,
  );

/** How long something took or has been taking: "4s", "1m 20s", "2h 5m". Two units at most. */
export function duration(seconds: number, locale: string): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts: [number, Unit][] = [
    [Math.floor(whole / 86_400), "day"],
    [Math.floor(whole / 3600) % 24, "hour"],
    [Math.floor(whole / 60) % 60, "minute"],
    [whole % 60, "second"],
  ];
  const first = parts.findIndex(([value]) => value > 0);
  const shown = first < 0 ? [[0, "second"] as [number, Unit]] : parts.slice(first, first + 2).filter(([value]) => value > 0);
  return shown
    .map(([value, unit]) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "narrow" }).format(value))
    .join(" ");
}

