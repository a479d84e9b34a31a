/** What I was told, and what happened to me and mine. */
import { Button, Paper, Skeleton, Stack, Title } from "@mantine/core";
import { History, Mails } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMyEvents, useTold } from "../api/workspaces";
import { Blank } from "../parts/Blank";
import { ErrorPanel } from "../parts/ErrorPanel";
import { EventList } from "../parts/EventList";
import { Page } from "../parts/Page";
import { ToldList } from "../parts/ToldList";

export function ActivityPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.activity")} size="md">
      <Stack gap="xl">
        <Section id="told" title={t("told.title")}>
          <Notices />
        </Section>
        <Section id="history" title={t("events.title")}>
          <Events />
        </Section>
      </Stack>
    </Page>
  );
}

function Section({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={id}>
      <Title order={2} size="h3" id={id} mb="sm">
        {title}
      </Title>
      {children}
    </section>
  );
}

function Notices() {
  const { t } = useTranslation();
  const told = useTold();
  if (told.data === undefined) {
    return told.isError ? <ErrorPanel error={told.error} onRetry={() => void told.refetch()} /> : <Skeleton h={150} />;
  }
  const items = told.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Blank icon={<Mails size={26} />} title={t("told.blank")} why={t("told.blankWhy")} />;
  return (
    <Stack>
      <Paper withBorder p={{ base: "md", sm: "lg" }}>
        <ToldList told={items} />
      </Paper>
      {told.hasNextPage && (
        <Button
          variant="default"
          loading={told.isFetchingNextPage}
          onClick={() => void told.fetchNextPage()}
          aria-label={t("entry.named", { label: t("more"), name: t("told.title") })}
        >
          {t("more")}
        </Button>
      )}
    </Stack>
  );
}

function Events() {
  const { t } = useTranslation();
  const events = useMyEvents();
  if (events.data === undefined) {
    return events.isError ? <ErrorPanel error={events.error} onRetry={() => void events.refetch()} /> : <Skeleton h={320} />;
  }
  const items = events.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Blank icon={<History size={26} />} title={t("events.blank")} why={t("events.blankWhy")} />;
  return (
    <Stack>
      <Paper withBorder p={{ base: "md", sm: "lg" }}>
        <EventList events={items} linked />
      </Paper>
      {events.hasNextPage && (
        <Button variant="default" loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </Stack>
  );
}
