/** What a phase means to somebody who waits. */
import type { Phase } from "../api/types";

export const isOnItsWay = (phase: Phase): boolean =>
  phase === "queued" || phase === "building" || phase === "starting" || phase === "rebooting";
