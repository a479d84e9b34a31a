/**
 * Keeps one desktop connected: asks for a ticket, opens a session, and follows reconnect.ts when it ends. It owns the
 * timers and the session; what it asks and opens is handed in. React reads it through `subscribe` and `read`.
 */
import { Problem } from "../api/problem";
import type { Right, Ticket } from "../api/types";
import { FIRST, next, type LinkEvent, type LinkState } from "./reconnect";
import type { DesktopSession, OpenSession, SessionOptions } from "./session";

export interface Surroundings {
  askTicket: (right: Right) => Promise<Ticket>;
  open: OpenSession;
  now: () => number;
  random: () => number;
}

export class Connection {
  private state: LinkState = FIRST;
  private session: DesktopSession | null = null;
  private target: HTMLElement | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** Raised with each try, so that an answer to an abandoned one is recognised and dropped. */
  private round = 0;
  private readonly listeners = new Set<() => void>();
  private readonly copyListeners = new Set<(text: string) => void>();

  constructor(
    private readonly around: Surroundings,
    private options: SessionOptions,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  readonly read = (): LinkState => this.state;

  /** Tells `listener` each text that is copied inside the desktop. */
  readonly onCopied = (listener: (text: string) => void): (() => void) => {
    this.copyListeners.add(listener);
    return () => {
      this.copyListeners.delete(listener);
    };
  };

  /** The session, while it is open. */
  readonly live = (): DesktopSession | null => (this.state.name === "open" ? this.session : null);

  /** Shows the desktop inside `target`; what it returns takes it away again. */
  attach(target: HTMLElement): () => void {
    this.target = target;
    this.enter(FIRST);
    return () => {
      this.target = null;
      this.abandon();
    };
  }

  readonly hasFocus = (): boolean => this.target?.contains(document.activeElement) ?? false;

  /** Other rights need another ticket, so the connection is made anew; another screen mode does not. */
  configure(options: SessionOptions): void {
    const before = this.options;
    this.options = options;
    if (options.viewOnly !== before.viewOnly && this.target !== null) this.enter(FIRST);
    else if (options.screen !== before.screen) this.live()?.setScreen(options.screen);
  }

  readonly tell = (event: LinkEvent): void => {
    const after = next(this.state, event);
    if (after !== this.state) this.enter(after);
  };

  private enter(state: LinkState): void {
    this.state = state;
    if (state.name !== "open") this.abandon();
    if (state.name === "connecting") void this.connect(this.round);
    if (state.name === "waiting") this.timer = setTimeout(() => this.tell({ kind: "delayOver" }), state.delayMs);
    for (const listener of this.listeners) listener();
  }

  private abandon(): void {
    this.round += 1;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.session?.close();
    this.session = null;
  }

  private async connect(round: number): Promise<void> {
    const { around, options } = this;
    let ticket: Ticket;
    try {
      ticket = await around.askTicket(options.viewOnly ? "view" : "control");
    } catch (error) {
      if (round === this.round) this.tell(failureOf(error, around.random()));
      return;
    }
    if (round !== this.round || this.target === null) return;
    const inTime = (react: () => void) => {
      if (round === this.round) react();
    };
    this.session = around.open(this.target, ticket, options, {
      onOpen: () => inTime(() => this.tell({ kind: "opened", at: around.now() })),
      onClose: (code) => inTime(() => this.tell({ kind: "closed", code, at: around.now(), random: around.random() })),
      onClipboard: (text) =>
        inTime(() => {
          for (const listener of this.copyListeners) listener(text);
        }),
    });
  }
}

function failureOf(error: unknown, random: number): LinkEvent {
  if (!(error instanceof Problem) || error.status >= 500 || error.status === 429) {
    return { kind: "ticketFailed", trouble: "unreachable", random };
  }
  return { kind: "ticketFailed", trouble: error.status === 401 ? "signedOut" : "refused", message: error.message };
}
