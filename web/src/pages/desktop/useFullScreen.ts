/**
 * Full screen, with the keyboard lock where the browser has one (Chromium): then Alt+Tab, Super and Esc reach the
 * desktop, and holding Esc leaves the full screen, as the browser itself says when it begins.
 */
import { useSyncExternalStore } from "react";

interface KeyboardLock {
  lock?: (codes?: readonly string[]) => Promise<void>;
  unlock?: () => void;
}

const keyboard = (): KeyboardLock | undefined => (navigator as Navigator & { keyboard?: KeyboardLock }).keyboard;

function subscribe(listener: () => void): () => void {
  document.addEventListener("fullscreenchange", listener);
  return () => document.removeEventListener("fullscreenchange", listener);
}

async function toggle(): Promise<void> {
  if (document.fullscreenElement !== null) {
    keyboard()?.unlock?.();
    await document.exitFullscreen();
    return;
  }
  try {
    await document.documentElement.requestFullscreen({ navigationUI: "hide" });
    await keyboard()?.lock?.();
  } catch (refused) {
    // The browser or its policy said no; the window simply stays as it is, which everyone can see.
    console.warn("no full screen or no keyboard lock", refused);
  }
}

export function useFullScreen(): { isFull: boolean; toggle: () => Promise<void> } {
  const isFull = useSyncExternalStore(subscribe, () => document.fullscreenElement !== null);
  return { isFull, toggle };
}
