/**
 * What the page does about its connection: a state machine without timers, sockets or randomness of its own.
 * Close codes are the broker's: 4001 revoked, 4002 the desktop is gone, 4003 the ticket was refused, 1001 going away.
 */

export type Trouble = "network" | "restarting" | "desktopGone" | "unreachable";
export type Ending = "revoked" | "refused" | "signedOut" | "left";

export type LinkState =
  | { name: "connecting"; attempt: number; refusals: number }
  | { name: "open"; attempt: number; since: number }
  | { name: "waiting"; attempt: number; refusals: number; delayMs: number; trouble: Trouble }
  /** The instance has no desktop at the moment; the page says what it is doing, and goes on when it is back. */
  | { name: "paused" }
  | { name: "ended"; ending: Ending; message: string | null };

export type LinkEvent =
  | { kind: "opened"; at: number }
  | { kind: "closed"; code: number; at: number; random: number }
  | { kind: "ticketFailed"; trouble: "unreachable"; random: number }
  | { kind: "ticketFailed"; trouble: "refused" | "signedOut"; message: string }
  | { kind: "delayOver" }
  | { kind: "retry" }
  | { kind: "desktopAway" }
  | { kind: "desktopBack" }
  | { kind: "leave" };

export const FIRST: LinkState = { name: "connecting", attempt: 1, refusals: 0 };

const SETTLED_MS = 10_000;
const LONGEST_MS = 15_000;

/** 0.5 s, 1 s, 2 s … up to 15 s, spread by a fifth so that a restarted broker is not met by everyone at once. */
export function backoff(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, 500 * 2 ** (attempt - 1));
  return Math.round(full * (0.8 + 0.4 * random));
}

export function next(state: LinkState, event: LinkEvent): LinkState {
  switch (event.kind) {
    case "leave":
      return { name: "ended", ending: "left", message: null };
    case "retry":
      return state.name === "open" || state.name === "connecting" ? state : FIRST;
    case "desktopAway":
      // A stop also revokes, and a ticket is refused before the page has asked why: both are explained by the instance.
      return state.name === "ended" && (state.ending === "left" || state.ending === "signedOut") ? state : { name: "paused" };
    case "desktopBack":
      return state.name === "paused" ? FIRST : state;
    case "delayOver":
      return state.name === "waiting" ? { name: "connecting", attempt: state.attempt, refusals: state.refusals } : state;
    case "opened":
      return state.name === "connecting" ? { name: "open", attempt: state.attempt, since: event.at } : state;
    case "ticketFailed":
      return state.name === "connecting" ? afterTicketFailure(state, event) : state;
    case "closed":
      return state.name === "connecting" || state.name === "open" ? afterClose(state, event) : state;
  }
}

type Connecting = Extract<LinkState, { name: "connecting" }>;
type Open = Extract<LinkState, { name: "open" }>;

function afterTicketFailure(state: Connecting, event: Extract<LinkEvent, { kind: "ticketFailed" }>): LinkState {
  if (event.trouble !== "unreachable") return { name: "ended", ending: event.trouble, message: event.message };
  return wait(state.attempt, state.refusals, "unreachable", event.random);
}

function afterClose(state: Connecting | Open, { code, at, random }: Extract<LinkEvent, { kind: "closed" }>): LinkState {
  // A connection that held for a while has earned a quick first try; one that flaps has not.
  const attempt = state.name === "open" && at - state.since > SETTLED_MS ? 0 : state.attempt;
  const refusals = state.name === "connecting" ? state.refusals : 0;
  switch (code) {
    case 4001:
      return { name: "ended", ending: "revoked", message: null };
    case 4003:
      // One more with a fresh ticket: the first may have grown old on a slow connection.
      if (refusals > 0) return { name: "ended", ending: "refused", message: null };
      return { name: "connecting", attempt: attempt + 1, refusals: 1 };
    case 4002:
      return wait(attempt, refusals, "desktopGone", random);
    case 1001:
    case 1012:
      return wait(attempt, refusals, "restarting", random);
    default:
      return wait(attempt, refusals, "network", random);
  }
}

function wait(attempt: number, refusals: number, trouble: Trouble, random: number): LinkState {
  return { name: "waiting", attempt: attempt + 1, refusals, trouble, delayMs: backoff(Math.max(1, attempt), random) };
}
