import { describe, expect, it } from "vitest";
import { choice, endOfDay, inputDay } from "./days";

const at = (text: string) => new Date(text).getTime(); // in this machine's zone, as a browser's

describe("days of a date field", () => {
  it("are those of the person's own zone", () => {
    expect(inputDay(at("2026-03-01T00:00:00"))).toBe("2026-03-01");
    expect(inputDay(at("2026-03-01T23:59:59"))).toBe("2026-03-01");
  });

  it("end with their last second, and never later than is allowed", () => {
    expect(endOfDay("2026-03-01")).toBe(new Date(2026, 2, 1, 23, 59, 59).toISOString());
    const noon = at("2026-03-01T12:00:00");
    expect(endOfDay("2026-03-01", noon)).toBe(new Date(noon).toISOString());
    expect(endOfDay("")).toBeNull();
  });

  it("may be chosen from the day after the present end, for a year", () => {
    const now = at("2026-03-01T12:00:00");
    const { min, max, latest } = choice("2026-03-10T12:00:00", now);
    expect([min, max]).toEqual(["2026-03-11", "2027-03-01"]);
    expect(Date.parse(endOfDay(max, latest) ?? "")).toBeLessThan(now + 365 * 86_400_000);
    expect(choice("2026-02-01T12:00:00", now).min).toBe("2026-03-02");
  });
});
