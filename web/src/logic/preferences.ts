/** What this browser remembers between visits. Convenience only: losing it loses nothing. */

export interface Preferences {
  imageId: string | null;
  flavourId: string | null;
  keyboard: string | null;
  barPinned: boolean;
  screen: "fit" | "resize";
}

const KEY = "visa-preferences";
const NONE: Preferences = { imageId: null, flavourId: null, keyboard: null, barPinned: false, screen: "resize" };

const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

export function parsePreferences(stored: string | null): Preferences {
  if (stored === null) return NONE;
  let raw: unknown;
  try {
    raw = JSON.parse(stored);
  } catch {
    return NONE; // written by something else, or by hand
  }
  if (typeof raw !== "object" || raw === null) return NONE;
  const record = raw as Record<string, unknown>;
  return {
    imageId: text(record.imageId),
    flavourId: text(record.flavourId),
    keyboard: text(record.keyboard),
    barPinned: record.barPinned === true,
    screen: record.screen === "fit" ? "fit" : "resize",
  };
}

export function readPreferences(): Preferences {
  try {
    return parsePreferences(localStorage.getItem(KEY));
  } catch {
    return NONE; // storage is switched off in this browser
  }
}

export function rememberPreferences(change: Partial<Preferences>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...readPreferences(), ...change }));
  } catch {
    // storage is switched off or full: the next visit starts with the defaults
  }
}
