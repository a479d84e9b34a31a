/** Joins the connection, the clipboard and the instance's own state, for the parts of the desktop page. */
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { askTicket } from "../../api/desktops";
import type { Instance } from "../../api/types";
import { ClipboardBridge } from "../../desktop/clipboardBridge";
import { Connection } from "../../desktop/connection";
import { openWithNoVnc } from "../../desktop/novnc";
import type { LinkState } from "../../desktop/reconnect";
import type { DesktopSession, ScreenMode } from "../../desktop/session";
import { readPreferences, rememberPreferences } from "../../logic/preferences";

export interface Desktop {
  link: LinkState;
  connection: Connection;
  clipboard: ClipboardBridge;
  live: () => DesktopSession | null;
  screen: ScreenMode;
  setScreen: (mode: ScreenMode) => void;
}

export function useDesktop(instance: Instance, viewOnly: boolean): Desktop {
  const { t } = useTranslation();
  const [screen, setScreen] = useState(() => readPreferences().screen);
  const label = t("desktop.label", { name: instance.name });
  const [connection] = useState(
    () =>
      new Connection(
        { askTicket: (right) => askTicket(instance.id, right), open: openWithNoVnc, now: Date.now, random: Math.random },
        { viewOnly, screen, label },
      ),
  );
  const [clipboard] = useState(() => new ClipboardBridge(connection.live, connection.hasFocus));
  const link = useSyncExternalStore(connection.subscribe, connection.read);

  useEffect(() => connection.configure({ viewOnly, screen, label }), [connection, viewOnly, screen, label]);
  useEffect(() => clipboard.attach(), [clipboard]);
  useEffect(() => connection.onCopied((text) => clipboard.fromDesktop(text)), [connection, clipboard]);

  const available = instance.actions.connect.allowed;
  useEffect(() => connection.tell({ kind: available ? "desktopBack" : "desktopAway" }), [connection, available]);

  const open = link.name === "open";
  useEffect(() => {
    if (!open) return;
    clipboard.reconnected();
    // Whatever was held when the last connection broke is not held now.
    connection.live()?.releaseKeys();
    connection.live()?.focus();
  }, [open, clipboard, connection]);

  useEffect(() => {
    const retry = () => connection.tell({ kind: "retry" });
    window.addEventListener("online", retry);
    return () => window.removeEventListener("online", retry);
  }, [connection]);

  return {
    link,
    connection,
    clipboard,
    live: connection.live,
    screen,
    setScreen: (mode) => {
      setScreen(mode);
      rememberPreferences({ screen: mode });
    },
  };
}
