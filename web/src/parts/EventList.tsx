/** What happened, newest first: when, what, who. */
import { Anchor, Group, Text, ThemeIcon } from "@mantine/core";
import { Cog, ScrollText, User } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Event } from "../api/types";
import { paths } from "../paths";
import { Time } from "./Time";

const ICONS = { person: <User size={14} />, policy: <ScrollText size={14} />, system: <Cog size={14} /> };

export function EventList({ events, linked = false }: { events: readonly Event[]; linked?: boolean }) {
  const { t } = useTranslation();
  return (
    <ol className="events" aria-label={t("events.title")}>
      {events.map((event) => (
        <li key={event.id} className="event">
          <ThemeIcon variant="light" color={event.actor.kind === "person" ? "petrol" : "gray"} size={26} radius="xl" aria-hidden>
            {ICONS[event.actor.kind]}
          </ThemeIcon>
          <div className="shrink">
            <Text size="sm" className="wrap-anywhere">
              {event.message}
            </Text>
            <Group gap={6}>
              <Text size="sm" c="dimmed">
                <Time at={event.at} /> · {event.actor.kind === "system" ? t("events.system") : event.actor.name}
              </Text>
              {linked && event.instance_id !== null && (
                <Anchor component={Link} to={paths.instance(event.instance_id)} size="sm" underline="always">
                  {t("events.open")}
                </Anchor>
              )}
            </Group>
          </div>
        </li>
      ))}
    </ol>
  );
}
