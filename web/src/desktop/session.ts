/**
 * One connection to one desktop, whatever protocol carries it. Pages know this file and nothing behind it: noVNC is
 * the first implementation (novnc.ts), a Guacamole one fits the same shape.
 */

/** A key by X11 keysym and by its place on the keyboard (KeyboardEvent.code). */
export interface Key {
  keysym: number;
  code: string;
}

/** "fit": the picture is scaled to the window. "resize": the desktop takes the window's size. */
export type ScreenMode = "fit" | "resize";

export interface SessionOptions {
  viewOnly: boolean;
  screen: ScreenMode;
  /** Read out by screen readers in place of the picture. */
  label: string;
}

export interface SessionListener {
  onOpen(): void;
  /** Once, and the last word of a session. `code` is the WebSocket's close code. */
  onClose(code: number): void;
  /** Something was copied inside the desktop. */
  onClipboard(text: string): void;
}

export interface DesktopSession {
  setScreen(mode: ScreenMode): void;
  focus(): void;
  blur(): void;
  /** Lifts every key that the desktop believes to be down. */
  releaseKeys(): void;
  /** Presses the keys in order and lifts them in reverse. */
  press(keys: readonly Key[]): void;
  /** Makes `text` the content of the desktop's clipboard. */
  offerClipboard(text: string): void;
  /** Bytes that wait in the browser because the connection does not take them. */
  unsentBytes(): number;
  /** The picture at the moment, or null before the first one. */
  canvas(): HTMLCanvasElement | null;
  close(): void;
}

export type OpenSession = (
  target: HTMLElement,
  address: { url: string; protocols: string[] },
  options: SessionOptions,
  listener: SessionListener,
) => DesktopSession;
