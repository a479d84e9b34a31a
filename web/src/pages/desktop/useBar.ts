/** When the bar shows: pinned, asked for, pointed at, focused, or while there is something to say about the link. */
import { useCallback, useEffect, useState } from "react";
import { followGrab, NOTHING_HELD } from "../../desktop/grab";
import { readPreferences, rememberPreferences } from "../../logic/preferences";
import type { Desktop } from "./useDesktop";

export const BAR_ID = "desktop-bar";
const LINGER_MS = 2500;

export interface BarState {
  shown: boolean;
  pinned: boolean;
  show: () => void;
  /** Keeps it open while a menu, a dialog, the pointer or the focus is in it. */
  hold: (reason: string, on: boolean) => void;
  setPinned: (pinned: boolean) => void;
  /** Back to work: hides the bar and gives the keyboard to the desktop. */
  leave: () => void;
}

export function useBar({ link, live }: Desktop): BarState {
  const [pinned, setPinned] = useState(() => readPreferences().barPinned);
  const [asked, setAsked] = useState(true);
  const [holds, setHolds] = useState<ReadonlySet<string>>(new Set());
  const open = link.name === "open";
  const shown = pinned || asked || holds.size > 0 || !open;

  useEffect(() => {
    if (!asked || !open || holds.size > 0) return;
    const timer = window.setTimeout(() => setAsked(false), LINGER_MS);
    return () => window.clearTimeout(timer);
  }, [asked, open, holds]);

  useEffect(() => {
    let state = NOTHING_HELD;
    const follow = (event: KeyboardEvent) => {
      const result = followGrab(state, { type: event.type === "keyup" ? "keyup" : "keydown", code: event.code, repeat: event.repeat });
      state = result.state;
      if (!result.leave) return;
      live()?.blur(); // which lifts the keys in the desktop too
      setAsked(true);
      // The bar has to be on the page before something in it can take the focus.
      requestAnimationFrame(() => document.getElementById(BAR_ID)?.querySelector<HTMLElement>("a, button")?.focus());
    };
    const forget = () => {
      state = NOTHING_HELD;
    };
    window.addEventListener("keydown", follow, true);
    window.addEventListener("keyup", follow, true);
    window.addEventListener("blur", forget);
    return () => {
      window.removeEventListener("keydown", follow, true);
      window.removeEventListener("keyup", follow, true);
      window.removeEventListener("blur", forget);
    };
  }, [live]);

  const hold = useCallback((reason: string, on: boolean) => {
    setHolds((before) => {
      if (before.has(reason) === on) return before;
      const after = new Set(before);
      if (on) after.add(reason);
      else after.delete(reason);
      return after;
    });
    setAsked(true);
  }, []);

  return {
    shown,
    pinned,
    show: () => setAsked(true),
    hold,
    setPinned: (next) => {
      setPinned(next);
      rememberPreferences({ barPinned: next });
    },
    leave: () => {
      setAsked(false);
      setHolds(new Set());
      live()?.focus();
    },
  };
}
