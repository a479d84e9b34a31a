/** Which signals say that it is used: what keeps it alive, or why it will be reclaimed. */
import { Group, Stack, Text } from "@mantine/core";
import { Moon } from "lucide-react";
import { Trans, useTranslation } from "react-i18next";
import type { Idle, Instance } from "../../api/types";
import { isThreat } from "../../logic/idle";
import { useNow } from "../../logic/useNow";
import { Time } from "../../parts/Time";
import { Fact } from "./Facts";

const DAY_MS = 86_400_000;

type Sign = Idle["signals"][number];

export function Use({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const { says, signals } = instance.idle;
  return (
    <Stack gap="sm">
      <Text size="sm">{says}</Text>
      {instance.phase !== "stopped" && (
        <dl className="facts facts-beside">
          {signals.map((sign) => (
            <Fact key={sign.signal} name={t(`use.signal.${sign.signal}`)}>
              <State sign={sign} />
              <Figure sign={sign} />
            </Fact>
          ))}
        </dl>
      )}
    </Stack>
  );
}

/** Said beside its lifetime when it comes before the end of that. */
export function IdleThreat({ instance }: { instance: Instance }) {
  const { since } = instance.idle;
  const { at } = instance.ends;
  const now = useNow();
  if (since === null || at === null || !isThreat(instance)) return null;
  const left_ms = Date.parse(at) - now;
  return (
    <Group gap="xs" wrap="nowrap" className="expiry" data-warning={left_ms < DAY_MS ? "urgent" : "none"}>
      <Moon size={16} aria-hidden />
      <Text span size="sm">
        <Trans i18nKey={left_ms > 0 ? "use.threat" : "use.threatOver"} components={{ since: <Time at={since} />, when: <Time at={at} /> }} />
      </Text>
    </Group>
  );
}

function State({ sign: { state, since } }: { sign: Sign }) {
  const { t } = useTranslation();
  if (state === "active") return t("use.active");
  if (since === null) return t("use.never");
  return <Trans i18nKey={state === "quiet" ? "use.quiet" : "use.unknown"} components={{ when: <Time at={since} /> }} />;
}

function Figure({ sign: { signal, value } }: { sign: Sign }) {
  const { t } = useTranslation();
  if (value === null || signal === "input" || (signal === "logins" && value === 0)) return null;
  return (
    <Text size="sm" c="dimmed">
      {signal === "load" ? t("use.load", { count: Math.round(value * 100) / 100 }) : t("use.logins", { count: value })}
    </Text>
  );
}
