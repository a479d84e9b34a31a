import { expect, test } from "vitest";
import type { Instance } from "../api/types";
import { isThreat } from "./idle";

const AT = "2030-01-05T09:00:00.000Z";
const of = (ends: Partial<Instance["ends"]>, { since = AT, wanted = "running" }: { since?: string | null; wanted?: "running" | "gone" } = {}) =>
  isThreat({ idle: { since, deadline: AT, signals: [], says: "" }, ends: { at: AT, why: "idle", off: null, ...ends }, wanted });

test("what is unused is threatened by that only where that is what ends it", () => {
  expect(of({})).toBe(true);
  expect(of({ why: "lifetime" })).toBe(false);
  expect(of({ at: null, off: "hold" })).toBe(false);
  expect(of({ off: "stopped" })).toBe(false);
  expect(of({}, { since: null })).toBe(false);
  expect(of({}, { wanted: "gone" })).toBe(false);
});
