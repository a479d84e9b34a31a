/** What happened, what is it made of, and how do I get rid of it? */
import { Box, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useParams } from "react-router";
import { useInstance, useInstanceEvents } from "../../api/instances";
import type { Answer } from "../../api/request";
import type { InstanceDetail } from "../../api/types";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { EventList } from "../../parts/EventList";
import { Expiry } from "../../parts/Expiry";
import { InstanceMenu, MainAction } from "../../parts/InstanceActions";
import { InstanceGone, isGone } from "../../parts/InstanceGone";
import { Kept } from "../../parts/Kept";
import { Mounts } from "../../parts/Mounts";
import { Outlook } from "../../parts/Outlook";
import { Page } from "../../parts/Page";
import { Phase } from "../../parts/Phase";
import { Reason } from "../../parts/Reason";
import { Thumbnail } from "../../parts/Thumbnail";
import { useMe } from "../../api/site";
import { DangerZone } from "./DangerZone";
import { ExtendDialog } from "./ExtendDialog";
import { Facts } from "./Facts";
import { Machine } from "./Machine";
import { MoreTime } from "./MoreTime";
import { Rename } from "./Rename";
import { IdleThreat, Use } from "./Use";

export function InstancePage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const answer = useInstance(id);
  if (answer.isError && isGone(answer.error)) return <InstanceGone />;
  if (answer.data === undefined) {
    return (
      <Page title={t("loading")}>
        {answer.isError ? <ErrorPanel error={answer.error} onRetry={() => void answer.refetch()} /> : <Skeleton h={300} />}
      </Page>
    );
  }
  return <Whole answer={answer.data} />;
}

function Whole({ answer }: { answer: Answer<InstanceDetail> }) {
  const { t } = useTranslation();
  const instance = answer.data;
  const login = useMe().data?.login ?? null;
  return (
    <Page title={instance.name} size="xl" heading={<Rename key={instance.id} answer={answer} />}>
      <Box className="with-aside">
        <Stack gap="lg" miw={0}>
          <State instance={instance} />
          {instance.phase !== "deleting" && instance.phase !== "gone" && (
            <Section title={t("outlook.title")}>
              <Outlook of="instance" id={instance.id} />
            </Section>
          )}
          {instance.idle.signals.length > 0 && (
            <Section title={t("use.title")}>
              <Use instance={instance} />
            </Section>
          )}
          <Section title={t("machine.title")}>
            <Machine instance={instance} />
          </Section>
          <Section title={t("events.title")}>
            <Timeline id={instance.id} />
          </Section>
        </Stack>
        <Stack gap="lg" miw={0}>
          <Section title={t("instance.folders")}>
            <Mounts experiments={instance.experiments} login={instance.mine ? login : null} />
          </Section>
          <Section title={t("instance.facts")}>
            <Facts instance={instance} />
          </Section>
          {instance.phase !== "gone" && <DangerZone instance={instance} />}
        </Stack>
      </Box>
    </Page>
  );
}

function State({ instance }: { instance: InstanceDetail }) {
  return (
    <Paper withBorder className="card">
      <Thumbnail instance={instance} />
      <Stack gap="sm" p={{ base: "md", sm: "lg" }} justify="space-between" miw={0}>
        <Stack gap="sm">
          <Phase instance={instance} />
          <Reason instance={instance} />
          <Kept instance={instance} />
          <Expiry instance={instance} />
          <MoreTime instance={instance} />
          <ExtendDialog instance={instance} />
          <IdleThreat instance={instance} />
        </Stack>
        {instance.phase !== "gone" && (
          <Group gap="xs" wrap="nowrap">
            <MainAction instance={instance} />
            <InstanceMenu instance={instance} />
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Paper component="section" withBorder p={{ base: "md", sm: "lg" }} aria-label={title}>
      <Title order={2} size="h4" mb="sm">
        {title}
      </Title>
      {children}
    </Paper>
  );
}

function Timeline({ id }: { id: string }) {
  const { t } = useTranslation();
  const events = useInstanceEvents(id);
  if (events.data !== undefined) {
    return events.data.length === 0 ? <Text c="dimmed">{t("events.blank")}</Text> : <EventList events={events.data} />;
  }
  return events.isError ? <ErrorPanel error={events.error} onRetry={() => void events.refetch()} /> : <Skeleton h={120} />;
}
