/** How long the instance has, in figures that do not move the bar when they change. */
import { Text } from "@mantine/core";
import { Trans } from "react-i18next";
import type { Instance } from "../../api/types";
import { useNow } from "../../logic/useNow";
import { Time } from "../../parts/Time";

export function TimeLeft({ instance }: { instance: Instance }) {
  const over = Date.parse(instance.expires_at) <= useNow();
  return (
    <Text span size="sm" className="expiry figures" data-warning={over ? "urgent" : instance.warning}>
      <Trans i18nKey={over ? "expiry.over" : "expiry.in"} components={{ when: <Time at={instance.expires_at} /> }} />
    </Text>
  );
}
