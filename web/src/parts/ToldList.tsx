/** What a person was told by mail, or is to be told: for those whom no mail reaches, the only place that says it. */
import { Anchor, Group, Text, ThemeIcon } from "@mantine/core";
import { MailCheck, MailClock, MailX } from "lucide-react";
import { Trans, useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Told } from "../api/types";
import { deliveryOf, placeOf, type Delivery } from "../logic/told";
import { Time } from "./Time";

const LOOKS = {
  delivered: { icon: <MailCheck size={14} />, color: "petrol" },
  waits: { icon: <MailClock size={14} />, color: "gray" },
  failed: { icon: <MailX size={14} />, color: "red" },
} as const;

export function ToldList({ told }: { told: readonly Told[] }) {
  return (
    <ol className="events" aria-labelledby="told">
      {told.map((one) => (
        <One key={one.id} told={one} />
      ))}
    </ol>
  );
}

function One({ told }: { told: Told }) {
  const { t } = useTranslation();
  const delivery = deliveryOf(told);
  const place = placeOf(told);
  return (
    <li className="event">
      <ThemeIcon variant="light" color={LOOKS[delivery.name].color} size={26} radius="xl" aria-hidden>
        {LOOKS[delivery.name].icon}
      </ThemeIcon>
      <div className="shrink">
        <Text size="sm" className="wrap-anywhere">
          {told.message}
        </Text>
        <Group gap={6}>
          <Outcome delivery={delivery} madeAt={told.made_at} />
          <Anchor component={Link} to={place.to} size="sm" underline="always">
            {t(place.label)}
          </Anchor>
        </Group>
      </div>
    </li>
  );
}

function Outcome({ delivery, madeAt }: { delivery: Delivery; madeAt: string }) {
  const { t } = useTranslation();
  if (delivery.name === "failed") {
    return (
      <Text size="sm" style={{ color: "var(--bad)" }}>
        <Trans i18nKey="told.failed" values={{ reason: t(`told.why.${delivery.why}`) }} components={{ when: <Time at={madeAt} /> }} />
      </Text>
    );
  }
  return (
    <Text size="sm" c="dimmed">
      <Trans
        i18nKey={delivery.name === "delivered" ? "told.delivered" : "told.waits"}
        components={{ when: <Time at={delivery.name === "delivered" ? delivery.at : madeAt} /> }}
      />
    </Text>
  );
}
