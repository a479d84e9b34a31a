import { describe, expect, test } from "vitest";
import { patterns, paths, safeNext } from "../paths";
import { FreshKey } from "./freshKey";
import { friendlyName } from "./friendlyName";
import { guessLayout } from "./keyboards";
import { parsePreferences } from "./preferences";
import { share, timeSteps } from "./progress";
import { bytes } from "./size";

describe("where sign-in leads back to", () => {
  test.each(["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", null, undefined])(
    "%s is no place of ours",
    (next) => {
      expect(safeNext(next)).toBe("/");
    },
  );
  test("a page of ours is kept with its query, and sign-in itself would turn in circles", () => {
    expect(safeNext("/new?experiment=e1")).toBe("/new?experiment=e1");
    expect(safeNext("/sign-in?next=/bin")).toBe("/");
  });
});

test("paths escape what they are given", () => {
  expect(paths.create(["a b", "c&d"])).toBe("/new?experiment=a%20b&experiment=c%26d");
  expect(paths.instance("../x")).toBe("/instances/..%2Fx");
  expect(patterns.desktop).toBe("/instances/:id/desktop");
});

test("a repeated request has the same key, another content another", () => {
  let made = 0;
  const keys = new FreshKey(() => `key${(made += 1)}`);
  expect([keys.for({ a: 1 }), keys.for({ a: 1 }), keys.for({ a: 2 }), keys.for({ a: 1 })]).toEqual(["key1", "key1", "key2", "key3"]);
});

test("a suggested name avoids those that are taken", () => {
  const throws = [0, 0, 0.5, 0.5];
  expect(friendlyName(() => throws.shift() ?? 0, ["Amber Alloy"])).not.toBe("Amber Alloy");
  expect(friendlyName(() => 0.999999)).toMatch(/^\w+ \w+$/);
});

test.each([
  [["de-CH", "de"], "ch"],
  [["en-AU", "en"], "us"],
  [["xx", "fr-FR"], "fr"],
  [[], "us"],
])("languages %j suggest the layout %s", (languages, layout) => {
  expect(guessLayout(languages)).toBe(layout);
});

test.each([[null], ["not json"], ["3"], ["{}"], ['{"imageId": 7, "screen": "huge"}']])(
  "preferences %j fall back to the defaults",
  (stored) => {
    expect(parsePreferences(stored)).toEqual({ imageId: null, flavourId: null, keyboard: null, barPinned: false, screen: "resize" });
  },
);

test.each([
  [0, "0 MiB"],
  [3_400_000_000, "3.2 GiB"],
  [512 * 1024 ** 3, "512 GiB"],
])("%d bytes read %s", (size, words) => {
  expect(bytes(size, "en")).toBe(words);
});

describe("progress", () => {
  const started = "2026-03-01T12:00:00Z";
  const at = (seconds: number) => new Date(Date.parse(started) + seconds * 1000).toISOString();

  test("each step lasts from the end of the one before", () => {
    const steps = timeSteps(
      [
        { step: "queued", state: "done", at: at(1) },
        { step: "workspace", state: "done", at: at(3) },
        { step: "machine", state: "active", at: null },
        { step: "desktop", state: "waiting", at: null },
      ],
      started,
      Date.parse(at(10)),
    );
    expect(steps.map(({ seconds }) => seconds)).toEqual([1, 2, 7, null]);
  });

  test("a step without a time makes no guess about the next", () => {
    const steps = timeSteps(
      [
        { step: "queued", state: "done", at: null },
        { step: "workspace", state: "done", at: at(3) },
      ],
      started,
      Date.parse(at(10)),
    );
    expect(steps.map(({ seconds }) => seconds)).toEqual([null, null]);
  });

  test("the bar only grows, and only being ready fills it", () => {
    let before = 0;
    for (let elapsed = 0; elapsed < 300; elapsed += 1) {
      const now = share(elapsed, 10, false);
      expect(now).toBeGreaterThanOrEqual(before);
      expect(now).toBeLessThan(100);
      before = now;
    }
    expect(share(1, 10, true)).toBe(100);
  });
});
