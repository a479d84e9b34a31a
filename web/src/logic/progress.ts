/** The steps of a start with their times, as pure functions of what the API says and the moment. */
import type { ProgressStep } from "../api/types";

export interface TimedStep {
  step: ProgressStep["step"];
  state: ProgressStep["state"];
  /** Seconds that it took, or has been taking; null where the API gave no times to tell it from. */
  seconds: number | null;
}

/** A step's `at` is when it was done; it began when the one before it was done, or when the start was asked for. */
export function timeSteps(steps: readonly ProgressStep[], startedAt: string, now: number): TimedStep[] {
  let began: number | null = Date.parse(startedAt);
  return steps.map(({ step, state, at }) => {
    const ended: number | null = at !== null ? Date.parse(at) : state === "active" || state === "failed" ? now : null;
    const seconds = state === "waiting" || began === null || ended === null ? null : Math.max(0, (ended - began) / 1000);
    // Without a time for this one, nothing is known about when the next began.
    began = at === null ? null : Date.parse(at);
    return { step, state, seconds: state === "failed" && at === null ? null : seconds };
  });
}

/** How full the bar is, 0..100. It slows down rather than claim to be done: only being ready fills it. */
export function share(elapsed: number, usual: number | null, ready: boolean): number {
  if (ready) return 100;
  if (usual === null || usual <= 0) return 0;
  const ratio = elapsed / usual;
  return Math.round(ratio < 0.8 ? ratio * 100 : 80 + 18 * (1 - Math.exp(-(ratio - 0.8) * 2)));
}
