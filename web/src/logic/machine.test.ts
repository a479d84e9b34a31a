import { describe, expect, test } from "vitest";
import type { InstanceDetail, MachineFacts } from "../api/types";
import { freshness, homeOf, isTight, loadOf, memoryOf, percent } from "./machine";

const GIB = 1024 ** 3;
const machine: MachineFacts = {
  seen_at: "2030-01-07T09:00:00.000Z",
  stale: false,
  load1: 0.5,
  cpus: 2,
  memory: { total_mib: 4096, available_mib: 1024 },
  logged_in: [],
  disks: [
    { path: "/", size_bytes: 8 * GIB, used_bytes: GIB },
    { path: "/home", size_bytes: 20 * GIB, used_bytes: 19 * GIB },
  ],
  workspace: { state: "mounted", error: "" },
  mounts: [],
};
const of = (told: MachineFacts | null, used_bytes: number | null = null) =>
  ({ machine: told, workspace: { id: "w", name: "w", size_gib: 20, used_bytes } }) as InstanceDetail;

test.each([
  [0, 1, "idle"],
  [0.3, 4, "idle"],
  [1, 2, "working"],
  [2, 2, "busy"],
  [2.9, 2, "busy"],
  [3, 2, "overloaded"],
  [64, 64, "busy"],
] as const)("a load of %d on %d cores is %s", (load1, cpus, word) => {
  expect(loadOf(load1, cpus)).toBe(word);
});

describe("how full /home is", () => {
  test("the machine says, before what the cloud knows", () => {
    expect(homeOf(of(machine, 5))).toEqual({ used: 19 * GIB, size: 20 * GIB });
  });
  test("without its workspace the machine would tell of another disk", () => {
    expect(homeOf(of({ ...machine, workspace: { state: "missing", error: "" } }, 5))).toBeNull();
  });
  test("where no machine reports, what the cloud knows, if anything", () => {
    expect(homeOf(of(null, 5))).toEqual({ used: 5, size: 20 * GIB });
    expect(homeOf(of(null))).toBeNull();
  });
});

test("shares stay within a bar, and nine tenths are tight", () => {
  expect(percent({ used: 5, size: 0 })).toBe(0);
  expect(percent({ used: 30, size: 20 })).toBe(100);
  expect(memoryOf(machine)).toEqual({ used: 3 * GIB, size: 4 * GIB });
  expect(isTight(memoryOf(machine))).toBe(false);
  expect(isTight({ used: 18, size: 20 })).toBe(true);
});

test.each([
  ["running", false, "now"],
  ["running", true, "silent"],
  ["failed", true, "silent"],
  ["starting", false, "now"],
  ["starting", true, "past"],
  ["rebooting", true, "past"],
  ["stopped", false, "past"],
  ["stopped", true, "past"],
] as const)("%s, stale %s: its figures are of %s", (phase, stale, word) => {
  expect(freshness({ ...machine, stale }, phase)).toBe(word);
});
