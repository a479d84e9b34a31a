/** What idleness means for an instance, as pure functions of what the API says. */
import type { Instance } from "../api/types";

/** Whether not being used ends it before its lifetime does. */
export const isThreat = ({ idle, expires_at, wanted }: Pick<Instance, "idle" | "expires_at" | "wanted">): boolean =>
  wanted !== "gone" && idle.deadline !== null && Date.parse(idle.deadline) < Date.parse(expires_at);
