/** A desktop over RFB with noVNC. The WebSocket is made here, because noVNC does not pass on its close code. */
import RFB from "@novnc/novnc";
import { MODIFIERS } from "./keys";
import type { DesktopSession, Key, OpenSession, ScreenMode } from "./session";

export const openWithNoVnc: OpenSession = (target, address, options, listener) => {
  const socket = new WebSocket(address.url, address.protocols);
  socket.binaryType = "arraybuffer";
  socket.addEventListener("close", ({ code }) => listener.onClose(code));
  const rfb = new RFB(target, socket, { shared: true });
  rfb.viewOnly = options.viewOnly;
  rfb.background = "transparent";
  const session = new NoVncSession(rfb, socket, target, options.viewOnly);
  session.setScreen(options.screen);
  session.describe(options.label);
  rfb.addEventListener("connect", () => listener.onOpen());
  rfb.addEventListener("clipboard", ({ detail }) => listener.onClipboard(detail.text));
  return session;
};

class NoVncSession implements DesktopSession {
  constructor(
    private readonly rfb: RFB,
    private readonly socket: WebSocket,
    private readonly target: HTMLElement,
    private readonly viewOnly: boolean,
  ) {}

  setScreen(mode: ScreenMode): void {
    this.rfb.scaleViewport = true; // also for "resize": not every desktop can change its size
    this.rfb.resizeSession = mode === "resize" && !this.viewOnly;
  }

  describe(label: string): void {
    const canvas = this.canvas();
    if (canvas === null) return;
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", label);
    // noVNC lifts keys when the window loses the focus, but not when another part of this page takes it.
    canvas.addEventListener("blur", () => this.releaseKeys());
  }

  focus(): void {
    this.rfb.focus({ preventScroll: true });
  }

  blur(): void {
    this.rfb.blur();
  }

  releaseKeys(): void {
    // The one public way to make noVNC forget what it holds down is what it does on the window's own blur.
    window.dispatchEvent(new Event("blur"));
    for (const { keysym, code } of MODIFIERS) this.rfb.sendKey(keysym, code, false);
  }

  press(keys: readonly Key[]): void {
    for (const { keysym, code } of keys) this.rfb.sendKey(keysym, code, true);
    for (const { keysym, code } of [...keys].reverse()) this.rfb.sendKey(keysym, code, false);
  }

  offerClipboard(text: string): void {
    this.rfb.clipboardPasteFrom(text);
  }

  unsentBytes(): number {
    return this.socket.bufferedAmount;
  }

  canvas(): HTMLCanvasElement | null {
    return this.target.querySelector("canvas");
  }

  close(): void {
    this.rfb.disconnect();
  }
}
