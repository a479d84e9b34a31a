/** When an instance is reclaimed, with Extend beside it. */
import { Group, Text, type MantineSize } from "@mantine/core";
import { Hourglass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useInstanceAction } from "../api/instances";
import { canOnlyAsk } from "../api/requests";
import type { Instance } from "../api/types";
import { day } from "../logic/time";
import { useNow } from "../logic/useNow";
import { ActionButton } from "./ActionButton";
import { AskForTime } from "./AskForTime";
import { EndsIn, isOver } from "./EndsIn";
import { notifyDone, notifyError } from "./notify";
import { useLocale } from "./useLocale";

export function Expiry({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const over = isOver(instance, useNow());
  // Its time counts from when it has room.
  if (instance.phase === "deleting" || instance.phase === "gone" || instance.phase === "waiting") return null;
  return (
    <Group gap="xs" wrap="wrap" className="expiry" data-warning={over ? "urgent" : instance.warning}>
      <Hourglass size={16} aria-hidden />
      <Text span size="sm">
        <EndsIn instance={instance} />
      </Text>
      {instance.ends.off !== null && (
        <Text span size="sm" c="dimmed">
          {t(`forecast.off.${instance.ends.off}`)}
        </Text>
      )}
      {canOnlyAsk(instance) ? <AskForTime instance={instance} /> : <ExtendButton instance={instance} />}
    </Group>
  );
}

interface ExtendProps {
  instance: Instance;
  size?: MantineSize | `compact-${MantineSize}`;
  onDone?: () => void;
}

export function ExtendButton({ instance, size = "compact-sm", onDone }: ExtendProps) {
  const { t } = useTranslation();
  const locale = useLocale();
  const act = useInstanceAction(instance.id);
  const extend = () =>
    act.mutate("extend", {
      onSuccess: ({ data }) => {
        notifyDone(t("expiry.extended", { name: data.name, day: day(Date.parse(data.expires_at), locale) }));
        onDone?.();
      },
      onError: notifyError,
    });
  return (
    <ActionButton
      action={instance.actions.extend}
      size={size}
      variant={instance.warning === "none" ? "default" : "filled"}
      loading={act.isPending}
      onClick={extend}
      aria-label={t("expiry.extendName", { name: instance.name })}
    >
      {t("expiry.extend")}
    </ActionButton>
  );
}
