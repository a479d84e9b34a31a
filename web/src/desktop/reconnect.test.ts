import { describe, expect, test } from "vitest";
import { backoff, FIRST, next, type LinkEvent, type LinkState } from "./reconnect";

const run = (events: LinkEvent[], from: LinkState = FIRST) => events.reduce(next, from);
const opened = (at: number): LinkEvent => ({ kind: "opened", at });
const closed = (code: number, at = 1000): LinkEvent => ({ kind: "closed", code, at, random: 0.5 });
const over: LinkEvent = { kind: "delayOver" };

test("a lost connection waits, tries again, and is open again", () => {
  const lost = run([opened(0), closed(1006)]);
  expect(lost).toMatchObject({ name: "waiting", trouble: "network", delayMs: 500 });
  expect(run([over], lost).name).toBe("connecting");
  expect(run([over, opened(2000)], lost).name).toBe("open");
});

test("a connection that flaps waits longer each time, one that held starts anew", () => {
  let state: LinkState = FIRST;
  const delays: number[] = [];
  for (let at = 0; at < 6; at += 1) {
    state = run([opened(at), closed(1006, at + 1)], state);
    if (state.name === "waiting") delays.push(state.delayMs);
    state = next(state, over);
  }
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 15_000]);
  expect(run([opened(0), closed(1006, 60_000)], state)).toMatchObject({ name: "waiting", delayMs: 500, attempt: 1 });
});

test("backoff is spread by a fifth around its middle and never exceeds eighteen seconds", () => {
  expect(backoff(1, 0)).toBe(400);
  expect(backoff(1, 1)).toBe(600);
  expect(backoff(50, 1)).toBe(18_000);
});

test("a revoked connection ends and is not tried again by itself", () => {
  const ended = run([opened(0), closed(4001)]);
  expect(ended).toMatchObject({ name: "ended", ending: "revoked" });
  expect(run([over, { kind: "desktopBack" }], ended)).toBe(ended);
  expect(run([{ kind: "retry" }], ended).name).toBe("connecting");
});

test("a refused ticket gets one more, at once; the second refusal is the end", () => {
  const once = run([closed(4003)]);
  expect(once).toMatchObject({ name: "connecting", refusals: 1 });
  expect(run([closed(4003)], once)).toMatchObject({ name: "ended", ending: "refused" });
});

test("refusals are remembered across a lost connection that never opened", () => {
  const state = run([closed(4003), closed(1006), over, closed(4003)]);
  expect(state).toMatchObject({ name: "ended", ending: "refused" });
});

describe("words for the trouble", () => {
  test.each([
    [1001, "restarting"],
    [1012, "restarting"],
    [4002, "desktopGone"],
    [1006, "network"],
    [1000, "network"],
  ])("close code %i is %s", (code, trouble) => {
    expect(run([opened(0), closed(code)])).toMatchObject({ name: "waiting", trouble });
  });
});

test("without a desktop the page pauses, and goes on when it is back", () => {
  const paused = run([opened(0), { kind: "desktopAway" }]);
  expect(paused).toEqual({ name: "paused" });
  expect(run([closed(4002), over, { kind: "retry" }], { name: "paused" }).name).toBe("connecting");
  expect(run([{ kind: "desktopBack" }], paused)).toEqual(FIRST);
});

test.each([
  ["closed for it", closed(4001)],
  ["refused a ticket for it", { kind: "ticketFailed", trouble: "refused", message: "It is stopping." } as const],
])("a desktop that was stopped elsewhere is waited for, although the page was %s before it knew", (_, first) => {
  const paused = run([first, { kind: "desktopAway" }]);
  expect(paused).toEqual({ name: "paused" });
  expect(run([{ kind: "desktopBack" }], paused)).toEqual(FIRST);
});

test("who signed out or left stays so whatever the desktop does", () => {
  const signedOut = run([{ kind: "ticketFailed", trouble: "signedOut", message: "" }]);
  expect(run([{ kind: "desktopAway" }, { kind: "desktopBack" }], signedOut)).toBe(signedOut);
  const left = run([{ kind: "leave" }]);
  expect(run([{ kind: "desktopAway" }, { kind: "desktopBack" }], left)).toBe(left);
});

test("a failed ticket is tried again when the server was away, and is the end when it said no", () => {
  expect(run([{ kind: "ticketFailed", trouble: "unreachable", random: 0.5 }])).toMatchObject({ name: "waiting", trouble: "unreachable" });
  expect(run([{ kind: "ticketFailed", trouble: "refused", message: "Stopped." }])).toEqual({
    name: "ended",
    ending: "refused",
    message: "Stopped.",
  });
});

test("late news about a connection that was given up changes nothing", () => {
  const waiting = run([opened(0), closed(1006)]);
  expect(next(waiting, closed(4001))).toBe(waiting);
  expect(next(waiting, opened(5))).toBe(waiting);
});
