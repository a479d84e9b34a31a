/**
 * Whose text is newest: a pure account of the two clipboards, so that nothing is sent twice and no text goes round
 * in circles between them.
 */

export interface ClipboardState {
  /** What both sides were last known to hold. */
  shared: string | null;
  /** Copied in the desktop, but the browser has not let us write it yet. */
  pending: string | null;
}

export const EMPTY: ClipboardState = { shared: null, pending: null };

/** A clipboard is for text that a person copies; the broker's limit for one message is a little above this. */
export const LARGEST = 1_000_000;

/** The person's own clipboard holds `text`: is that news for the desktop? */
export function offerLocal(state: ClipboardState, text: string): { state: ClipboardState; send: string | null } {
  if (text === "" || text === state.shared || text.length > LARGEST) return { state, send: null };
  // Newer than anything that was waiting to be written here.
  return { state: { shared: text, pending: null }, send: text };
}

/** The desktop's clipboard holds `text`: is that news for the person's own? */
export function offerRemote(state: ClipboardState, text: string): ClipboardState {
  if (text === "" || text === state.shared) return state;
  return { shared: text, pending: text };
}

export const written = (state: ClipboardState, text: string): ClipboardState =>
  state.pending === text ? { ...state, pending: null } : state;

/** A new connection knows nothing of what was sent on the old one. */
export const reconnected = (state: ClipboardState): ClipboardState => ({ ...state, shared: state.pending });
