/**
 * The way out of the keyboard grab: Ctrl, Alt and Shift held together and let go, with no other key in between.
 * A pure state machine over key events. The left Alt only: Windows reports AltGr as Ctrl with the right Alt.
 */

export interface GrabState {
  held: ReadonlySet<string>;
  /** All three were down at once, and nothing else was pressed since. */
  armed: boolean;
}

export const NOTHING_HELD: GrabState = { held: new Set(), armed: false };

const PARTS: Record<string, string> = {
  ControlLeft: "Control",
  ControlRight: "Control",
  AltLeft: "Alt",
  ShiftLeft: "Shift",
  ShiftRight: "Shift",
};

interface Stroke {
  type: "keydown" | "keyup";
  code: string;
  repeat?: boolean;
}

/** The next state, and whether the way out was just asked for. */
export function followGrab(state: GrabState, { type, code, repeat = false }: Stroke): { state: GrabState; leave: boolean } {
  const part = PARTS[code];
  if (part === undefined) return { state: type === "keydown" ? { ...state, armed: false } : state, leave: false };
  if (repeat) return { state, leave: false };
  const held = new Set(state.held);
  if (type === "keydown") {
    held.add(part);
    return { state: { held, armed: held.size === 3 }, leave: false };
  }
  held.delete(part);
  return { state: { held, armed: false }, leave: state.armed };
}
