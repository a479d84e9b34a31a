/** When somebody at work in a desktop is told that its time is running out. */

/** Before the end: a day, an hour, ten minutes. */
export const WARN_BEFORE_MS = [86_400_000, 3_600_000, 600_000] as const;

/**
 * The mark that was passed last, in milliseconds before the end, or null while all is well. A page that opens late in
 * the day starts with the one that holds then; an extension takes it back.
 */
export function lastMark(expiresAt: number, now: number): number | null {
  const left = expiresAt - now;
  return WARN_BEFORE_MS.findLast((mark) => left <= mark) ?? null;
}
