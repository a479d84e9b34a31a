/**
 * Carries text between the person's clipboard and the desktop's. What browsers allow differs:
 * - pasting works in all of them by the native paste event, which needs no permission: the paste keys are kept from
 *   the desktop until the browser has handed over the text, then sent on;
 * - Chromium may also read on focus, once the person allowed it;
 * - writing needs focus, and in some browsers a fresh key or click: until then the text is kept.
 */
import { EMPTY, offerLocal, offerRemote, reconnected, written, type ClipboardState } from "./clipboard";
import { isPaste, pasteKeys } from "./keys";
import type { DesktopSession, Key } from "./session";

/** A paste that waits for the browser's text. `held`: the desktop saw its modifiers go down and not yet up. */
interface Waiting {
  modifiers: readonly Key[];
  key: Key;
  held: boolean;
  timer: ReturnType<typeof setTimeout>;
}

export type Reading = "allowed" | "may ask" | "by pasting";

export class ClipboardBridge {
  private state: ClipboardState = EMPTY;
  private waiting: Waiting | null = null;
  private readonly listeners = new Set<() => void>();
  private held = "";
  reading: Reading = "by pasting";

  constructor(
    private readonly live: () => DesktopSession | null,
    private readonly isInDesktop: () => boolean,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  /** What the desktop's clipboard holds, as far as this page knows. */
  readonly text = (): string => this.held;

  attach(): () => void {
    const stop = new AbortController();
    const options = { capture: true, signal: stop.signal };
    window.addEventListener("keydown", this.onKey, options);
    window.addEventListener("keyup", this.onKeyUp, options);
    window.addEventListener("paste", this.onPaste, options);
    window.addEventListener("keydown", this.flush, options);
    window.addEventListener("pointerdown", this.flush, options);
    window.addEventListener("focus", (event) => {
      if (event.isTrusted) void this.readLocal();
    }, options);
    void this.findReading();
    return () => stop.abort();
  }

  fromDesktop(text: string): void {
    this.state = offerRemote(this.state, text);
    this.hold(text);
    this.flush();
  }

  toDesktop(text: string): void {
    const { state, send } = offerLocal(this.state, text);
    this.state = state;
    if (send === null) return;
    this.live()?.offerClipboard(send);
    this.hold(send);
  }

  reconnected(): void {
    this.state = reconnected(this.state);
    void this.readLocal();
  }

  /** Asks the browser for the permission to read; only from a click. */
  async askToRead(): Promise<void> {
    try {
      this.toDesktop(await navigator.clipboard.readText());
    } catch (refused) {
      if (!(refused instanceof DOMException)) throw refused; // the person said no: pasting still works
    }
    await this.findReading();
  }

  private hold(text: string): void {
    this.held = text;
    for (const listener of this.listeners) listener();
  }

  private readonly flush = (): void => {
    const text = this.state.pending;
    if (text === null || !document.hasFocus() || !canUse("writeText")) return;
    navigator.clipboard.writeText(text).then(
      () => {
        this.state = written(this.state, text);
      },
      () => undefined, // not allowed right now: kept, and tried again at the next key or click
    );
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    const session = this.live();
    if (session === null || !this.isInDesktop() || !isPaste(event)) return;
    event.stopImmediatePropagation(); // kept from noVNC, not from the browser, which now fires "paste"
    if (event.repeat) return;
    if (event.metaKey) session.releaseKeys(); // Cmd is no key of the desktop's paste
    this.waiting = { ...pasteKeys(event), held: !event.metaKey, timer: setTimeout(this.passOn, 80) };
  };

  private readonly onKeyUp = (event: KeyboardEvent): void => {
    if (this.waiting !== null && /^(Control|Shift)/.test(event.code)) this.waiting.held = false;
  };

  private readonly onPaste = (event: ClipboardEvent): void => {
    if (this.waiting === null) return;
    event.preventDefault();
    const text = event.clipboardData?.getData("text/plain") ?? "";
    this.toDesktop(text);
    this.passOn();
  };

  /** The keys reach the desktop after the text, or without one when the clipboard holds no text. */
  private readonly passOn = (): void => {
    if (this.waiting === null) return;
    const { modifiers, key, held, timer } = this.waiting;
    clearTimeout(timer);
    this.waiting = null;
    // Modifiers that are still held must not be lifted: the person may type on with them.
    this.live()?.press(held ? [key] : [...modifiers, key]);
  };

  private async readLocal(): Promise<void> {
    if (this.reading !== "allowed" || !document.hasFocus()) return;
    try {
      this.toDesktop(await navigator.clipboard.readText());
    } catch (refused) {
      if (!(refused instanceof DOMException)) throw refused; // focus went away meanwhile, or the permission did
    }
  }

  private async findReading(): Promise<void> {
    this.reading = await permissionToRead();
    for (const listener of this.listeners) listener();
    await this.readLocal();
  }
}

function canUse(method: "readText" | "writeText"): boolean {
  // Outside a secure context there is no async clipboard, whatever the type declarations promise.
  return window.isSecureContext && "clipboard" in navigator && method in navigator.clipboard;
}

async function permissionToRead(): Promise<Reading> {
  if (!canUse("readText")) return "by pasting";
  try {
    const { state } = await navigator.permissions.query({ name: "clipboard-read" as PermissionName });
    return state === "granted" ? "allowed" : state === "prompt" ? "may ask" : "by pasting";
  } catch {
    return "by pasting"; // browsers without this permission ask at every reading, which would be worse than pasting
  }
}
