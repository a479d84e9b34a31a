import { expect, test } from "vitest";
import { isThreat } from "./idle";

const of = (deadline: string | null, wanted: "running" | "gone" = "running") =>
  isThreat({ idle: { since: deadline, deadline, signals: [], says: "" }, expires_at: "2030-01-07T09:00:00.000Z", wanted });

test("what is unused is threatened by that only where it ends before its lifetime", () => {
  expect(of("2030-01-05T09:00:00.000Z")).toBe(true);
  expect(of("2030-01-08T09:00:00.000Z")).toBe(false);
  expect(of(null)).toBe(false);
  expect(of("2030-01-05T09:00:00.000Z", "gone")).toBe(false);
});
