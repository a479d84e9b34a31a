/** What a phase means to somebody who waits. */
import type { Phase } from "../api/types";

const ON_ITS_WAY: ReadonlySet<Phase> = new Set<Phase>(["waiting", "queued", "building", "starting", "rebooting"]);

/** It will run by and by, without anybody doing anything. */
export const isOnItsWay = (phase: Phase): boolean => ON_ITS_WAY.has(phase);

/** It is being started at this moment: that changes within seconds, and a place in a line does not. */
export const isStarting = (phase: Phase): boolean => phase !== "waiting" && isOnItsWay(phase);
