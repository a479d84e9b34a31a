import { describe, expect, test } from "vitest";
import { EMPTY, LARGEST, offerLocal, offerRemote, reconnected, written } from "./clipboard";
import { followGrab, NOTHING_HELD } from "./grab";
import { COMBINATIONS, FUNCTION_KEYS, isPaste, pasteKeys } from "./keys";

describe("clipboards", () => {
  test("a text goes to the desktop once, and does not come back as news", () => {
    const first = offerLocal(EMPTY, "a");
    expect(first.send).toBe("a");
    expect(offerLocal(first.state, "a").send).toBeNull();
    expect(offerRemote(first.state, "a")).toBe(first.state);
  });

  test("a text from the desktop waits until it could be written, and is not sent back", () => {
    const state = offerRemote(EMPTY, "b");
    expect(state.pending).toBe("b");
    expect(offerLocal(state, "b").send).toBeNull();
    expect(written(state, "b").pending).toBeNull();
  });

  test("something newer from the person replaces what was waiting to be written", () => {
    const { state, send } = offerLocal(offerRemote(EMPTY, "old"), "new");
    expect(send).toBe("new");
    expect(state.pending).toBeNull();
  });

  test("a late confirmation for an older text leaves the newer one waiting", () => {
    const state = offerRemote(offerRemote(EMPTY, "one"), "two");
    expect(written(state, "one").pending).toBe("two");
  });

  test("nothing empty and nothing enormous is sent", () => {
    expect(offerLocal(EMPTY, "").send).toBeNull();
    expect(offerLocal(EMPTY, "x".repeat(LARGEST + 1)).send).toBeNull();
  });

  test("a new connection is told again what the old one knew", () => {
    const { state } = offerLocal(EMPTY, "a");
    expect(offerLocal(reconnected(state), "a").send).toBe("a");
  });
});

describe("the way out of the keyboard", () => {
  const play = (...strokes: string[]) => {
    let state = NOTHING_HELD;
    const left: boolean[] = [];
    for (const stroke of strokes) {
      const result = followGrab(state, { type: stroke.startsWith("-") ? "keyup" : "keydown", code: stroke.slice(1) });
      state = result.state;
      left.push(result.leave);
    }
    return left;
  };

  test("is Ctrl, Alt and Shift together and let go, in any order", () => {
    expect(play("+ControlLeft", "+AltLeft", "+ShiftLeft", "-AltLeft", "-ControlLeft", "-ShiftLeft")).toEqual([
      false, false, false, true, false, false,
    ]);
    expect(play("+ShiftRight", "+ControlRight", "+AltLeft", "-ShiftRight").at(-1)).toBe(true);
  });

  test("is not a shortcut that merely uses all three", () => {
    expect(play("+ControlLeft", "+AltLeft", "+ShiftLeft", "+KeyT", "-KeyT", "-ShiftLeft")).not.toContain(true);
  });

  test("is not AltGr with Shift, which Windows reports as Ctrl with the right Alt", () => {
    expect(play("+ControlLeft", "+AltRight", "+ShiftLeft", "-ShiftLeft", "-AltRight", "-ControlLeft")).not.toContain(true);
  });
});

describe("paste keys", () => {
  const event = (key: string, change: object = {}) => ({
    key, code: "KeyV", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...change,
  });

  test.each([
    [event("v", { ctrlKey: true }), true],
    [event("V", { ctrlKey: true, shiftKey: true }), true],
    [event("v", { metaKey: true }), true],
    [event("Insert", { code: "Insert", shiftKey: true }), true],
    [event("v"), false],
    [event("v", { ctrlKey: true, altKey: true }), false],
    [event("Insert", { code: "Insert" }), false],
    [event("k", { ctrlKey: true }), false],
  ])("%j is a paste: %s", (stroke, paste) => {
    expect(isPaste(stroke)).toBe(paste);
  });

  test("a terminal's paste keeps its Shift", () => {
    expect(pasteKeys({ shiftKey: true, code: "KeyV" }).modifiers.map(({ code }) => code)).toEqual(["ControlLeft", "ShiftLeft"]);
    expect(pasteKeys({ shiftKey: false, code: "KeyV" }).key).toEqual({ keysym: 0x76, code: "KeyV" });
  });
});

test("the keys on offer are X11's", () => {
  expect(COMBINATIONS[0]?.keys.map(({ keysym }) => keysym)).toEqual([0xffe3, 0xffe9, 0xffff]);
  expect(FUNCTION_KEYS.map(({ keys }) => keys.at(-1)?.keysym)).toEqual(Array.from({ length: 12 }, (_, n) => 0xffbe + n));
});
