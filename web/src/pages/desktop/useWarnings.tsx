/** Tells whoever works in the desktop that its time runs out: a day, an hour and ten minutes before. */
import { notifications } from "@mantine/notifications";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { canOnlyAsk } from "../../api/requests";
import type { Instance } from "../../api/types";
import { useNow } from "../../logic/useNow";
import { lastMark } from "../../logic/warnings";
import { EndsIn } from "../../parts/EndsIn";
import { ExtendButton } from "../../parts/Expiry";

export function useWarnings(instance: Instance): void {
  const { t } = useTranslation();
  const now = useNow();
  const { at } = instance.ends;
  const mark = at === null ? null : lastMark(Date.parse(at), now);
  const id = `expiry-${instance.id}`;
  useEffect(() => {
    if (mark === null) return;
    notifications.show({
      id,
      color: "amber",
      autoClose: false, // it stays until it was read, or until the time was extended
      withBorder: true,
      title: <EndsIn instance={instance} />,
      message: canOnlyAsk(instance) ? t("expiry.askAbove") : <ExtendButton instance={instance} />,
      closeButtonProps: { "aria-label": t("close") },
    });
    return () => {
      notifications.hide(id);
    };
    // Once for each mark: what changes about the instance meanwhile is no news.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [mark, id]);
}
