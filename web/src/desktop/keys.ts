/** Keys and the combinations that a browser or its system would keep for itself. Keysyms are X11's. */
import type { Key } from "./session";

const CONTROL: Key = { keysym: 0xffe3, code: "ControlLeft" };
const ALT: Key = { keysym: 0xffe9, code: "AltLeft" };
const SHIFT: Key = { keysym: 0xffe1, code: "ShiftLeft" };
const SUPER: Key = { keysym: 0xffeb, code: "MetaLeft" };
const TAB: Key = { keysym: 0xff09, code: "Tab" };
const ESCAPE: Key = { keysym: 0xff1b, code: "Escape" };
const DELETE: Key = { keysym: 0xffff, code: "Delete" };
const PRINT: Key = { keysym: 0xff61, code: "PrintScreen" };
const letter = (char: string): Key => ({ keysym: char.charCodeAt(0), code: `Key${char.toUpperCase()}` });
const functionKey = (n: number): Key => ({ keysym: 0xffbd + n, code: `F${n}` });

export const MODIFIERS: readonly Key[] = [
  CONTROL,
  { keysym: 0xffe4, code: "ControlRight" },
  ALT,
  { keysym: 0xffea, code: "AltRight" },
  { keysym: 0xfe03, code: "AltRight" }, // AltGr: the same place under another name
  SHIFT,
  { keysym: 0xffe2, code: "ShiftRight" },
  SUPER,
  { keysym: 0xffec, code: "MetaRight" },
];

/** Shown as written on the keys: names of keys are not translated here. */
export const COMBINATIONS: readonly { label: string; keys: readonly Key[] }[] = [
  { label: "Ctrl + Alt + Del", keys: [CONTROL, ALT, DELETE] },
  { label: "Alt + Tab", keys: [ALT, TAB] },
  { label: "Super", keys: [SUPER] },
  { label: "Esc", keys: [ESCAPE] },
  { label: "Alt + F4", keys: [ALT, functionKey(4)] },
  { label: "Ctrl + W", keys: [CONTROL, letter("w")] },
  { label: "Ctrl + T", keys: [CONTROL, letter("t")] },
  { label: "Print", keys: [PRINT] },
];

export const FUNCTION_KEYS = Array.from({ length: 12 }, (_, index) => ({
  label: `F${index + 1}`,
  keys: [CONTROL, ALT, functionKey(index + 1)],
}));

/** What follows a native paste: the key, and the modifiers that the desktop needs with it. */
export function pasteKeys(event: { shiftKey: boolean; code: string }): { modifiers: readonly Key[]; key: Key } {
  if (event.code === "Insert") return { modifiers: [SHIFT], key: { keysym: 0xff63, code: "Insert" } };
  if (event.shiftKey) return { modifiers: [CONTROL, SHIFT], key: { keysym: 0x56, code: "KeyV" } };
  return { modifiers: [CONTROL], key: letter("v") };
}

/** Ctrl+V, Ctrl+Shift+V, Cmd+V and Shift+Insert. By the produced letter, because layouts move the V. */
export function isPaste(event: Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): boolean {
  if (event.altKey) return false;
  if (event.code === "Insert") return event.shiftKey && !event.ctrlKey && !event.metaKey;
  return event.key.toLowerCase() === "v" && event.ctrlKey !== event.metaKey;
}
