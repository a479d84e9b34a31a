/** What happened to me and mine. */
import { Button, Paper, Skeleton, Stack } from "@mantine/core";
import { History } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMyEvents } from "../api/workspaces";
import { Blank } from "../parts/Blank";
import { ErrorPanel } from "../parts/ErrorPanel";
import { EventList } from "../parts/EventList";
import { Page } from "../parts/Page";

export function ActivityPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.activity")} size="md">
      <Events />
    </Page>
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
