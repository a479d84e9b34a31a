/** What idleness means for an instance, as pure functions of what the API says. */
import type { Instance } from "../api/types";

/** Whether not being used is what ends it. */
export const isThreat = ({ idle, ends, wanted }: Pick<Instance, "idle" | "ends" | "wanted">): boolean =>
  wanted !== "gone" && idle.since !== null && ends.why === "idle" && ends.at !== null && ends.off === null;
