/** Tells whoever works in the desktop that its time runs out: a day, an hour and ten minutes before. */
import { notifications } from "@mantine/notifications";
import { useEffect } from "react";
import { Trans, useTranslation } from "react-i18next";
import type { Instance } from "../../api/types";
import { useNow } from "../../logic/useNow";
import { lastMark } from "../../logic/warnings";
import { ExtendButton } from "../../parts/Expiry";
import { Time } from "../../parts/Time";

export function useWarnings(instance: Instance): void {
  const { t } = useTranslation();
  const mark = lastMark(Date.parse(instance.expires_at), useNow());
  const id = `expiry-${instance.id}`;
  useEffect(() => {
    if (mark === null) return;
    notifications.show({
      id,
      color: "amber",
      autoClose: false, // it stays until it was read, or until the time was extended
      withBorder: true,
      title: <Trans i18nKey="expiry.in" components={{ when: <Time at={instance.expires_at} /> }} />,
      message: <ExtendButton instance={instance} />,
      closeButtonProps: { "aria-label": t("close") },
    });
    return () => {
      notifications.hide(id);
    };
    // Once for each mark: what changes about the instance meanwhile is no news.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [mark, id]);
}
