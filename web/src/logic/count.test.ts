import { expect, test } from "vitest";
import { countOf } from "./count";

const part = (length: number, next: string | null) => ({ items: Array.from({ length }), next });

test.each([
  ["nothing was answered yet", [], "0"],
  ["there are none", [part(0, null)], "0"],
  ["one page has them all", [part(50, null)], "50"],
  ["others follow the first page", [part(50, "on")], "50+"],
  ["others follow the second", [part(50, "on"), part(50, "on")], "100+"],
  ["the last page was fetched", [part(50, "on"), part(7, null)], "57"],
])("where %s the count says so", (_, pages, said) => {
  expect(countOf(pages)).toBe(said);
});
