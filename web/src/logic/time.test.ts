import { describe, expect, test } from "vitest";
import { day, duration, inUnits, relative } from "./time";

const NOW = Date.UTC(2026, 2, 1, 12, 0, 0);
const S = 1000;
const H = 3600 * S;
const D = 24 * H;
const inWords = (offset: number) => relative(NOW + offset, NOW, "en");

describe("relative times", () => {
  test.each([
    [3 * D + 5 * H, "in 3 days"],
    [47 * H, "in 47 hours"],
    [119 * 60 * S, "in 119 minutes"],
    [90 * S, "in 1 minute"],
    [59 * S, "in 59 seconds"],
    [1 * S, "now"],
    [-30 * S, "now"],
    [-90 * S, "1 minute ago"],
    [-3 * H, "3 hours ago"],
    [-76 * D, "76 days ago"],
  ])("an offset of %i ms reads %s", (offset, words) => {
    expect(inWords(offset)).toBe(words);
  });

  test("a deadline is never promised later than it is, but for the first hour of a given day", () => {
    for (let hours = 1; hours < 400; hours += 1) {
      const { unit, value } = inUnits(hours * 3600);
      const promised = value * (unit === "day" ? 24 : unit === "hour" ? 1 : 1 / 60);
      expect(promised).toBeLessThanOrEqual(hours + 1);
    }
  });

  test("fourteen days that were just given read as fourteen", () => {
    expect(inWords(14 * D - 5 * S)).toBe("in 14 days");
  });
});

test.each([
  [0, "0s"],
  [4.9, "4s"],
  [80, "1m 20s"],
  [60, "1m"],
  [7500, "2h 5m"],
  [90_000, "1d 1h"],
  [-3, "0s"],
])("%d seconds last %s", (seconds, words) => {
  expect(duration(seconds, "en")).toBe(words);
});

test("a calendar day stays the same day in every zone", () => {
  expect(day("2026-03-01", "en-GB")).toBe("1 Mar 2026");
});
