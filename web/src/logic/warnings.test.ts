import { expect, test } from "vitest";
import { lastMark } from "./warnings";

const HOUR = 3_600_000;

test.each([
  [25 * HOUR, null],
  [24 * HOUR, 24 * HOUR],
  [2 * HOUR, 24 * HOUR],
  [HOUR, HOUR],
  [11 * 60_000, HOUR],
  [10 * 60_000, 600_000],
  [-5, 600_000],
])("with %d ms left the last mark is %s", (left, mark) => {
  expect(lastMark(1_000_000_000 + left, 1_000_000_000)).toBe(mark);
});
