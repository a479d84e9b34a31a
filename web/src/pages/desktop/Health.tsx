/** The connection's health, honestly: connected, slow (what was typed has not left yet), offline, or not there. */
import { Badge, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Desktop } from "./useDesktop";

type Word = "connected" | "slow" | "offline" | "connecting" | "waiting" | "paused" | "ended";

const TONES: Record<Word, "good" | "busy" | "bad"> = {
  connected: "good",
  slow: "busy",
  offline: "bad",
  connecting: "busy",
  waiting: "busy",
  paused: "busy",
  ended: "bad",
};

export function Health({ desktop, viewOnly }: { desktop: Desktop; viewOnly: boolean }) {
  const { t } = useTranslation();
  const stalled = useStalled(desktop);
  const { name } = desktop.link;
  const word: Word = name !== "open" ? name : !navigator.onLine ? "offline" : stalled ? "slow" : "connected";
  return (
    <>
      <Text span role="status" size="sm" className="phase" data-tone={TONES[word]}>
        {t(`link.${word}`)}
      </Text>
      {viewOnly && (
        <Badge variant="light" color="amber" tt="none" miw="max-content">
          {t("screen.viewOnly")}
        </Badge>
      )}
    </>
  );
}

const LOOK_MS = 1000;
const LOOKS = 3;

/** Whether bytes have been waiting in the browser for three looks in a row. */
function useStalled({ link, live }: Desktop): boolean {
  const [stalled, setStalled] = useState(false);
  const open = link.name === "open";
  useEffect(() => {
    if (!open) return;
    let waiting = 0;
    const timer = window.setInterval(() => {
      waiting = (live()?.unsentBytes() ?? 0) > 0 ? waiting + 1 : 0;
      setStalled(waiting >= LOOKS);
    }, LOOK_MS);
    return () => {
      window.clearInterval(timer);
      setStalled(false);
    };
  }, [open, live]);
  return stalled;
}
