/** What is kept whatever the policy says, by whom, why and until when. */
import { Badge, Button, Group, Paper, Skeleton, Stack, Switch, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Anchor as AnchorIcon, Plus } from "lucide-react";
import { Trans, useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useHolds, useReleaseHold, type Hold } from "../../api/reclaim";
import { Blank } from "../../parts/Blank";
import { CopyText } from "../../parts/CopyText";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { notifyError } from "../../parts/notify";
import { Time } from "../../parts/Time";
import { PlaceHold } from "./PlaceHold";

export function Holds() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const [placing, dialog] = useDisclosure(false);
  const all = search.get("over") === "true";
  const show = (wanted: boolean) => setSearch(wanted ? { over: "true" } : {}, { replace: true, preventScrollReset: true });
  return (
    <section aria-labelledby="holds">
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={2} size="h3" id="holds">
          {t("holds.title")}
        </Title>
        <Group gap="md">
          <Switch label={t("holds.showOver")} checked={all} onChange={({ currentTarget: { checked } }) => show(checked)} />
          <Button variant="default" leftSection={<Plus size={17} />} onClick={dialog.open}>
            {t("holds.add")}
          </Button>
        </Group>
      </Group>
      <Listed all={all} />
      {placing && <PlaceHold onClose={dialog.close} />}
    </section>
  );
}

function Listed({ all }: { all: boolean }) {
  const { t } = useTranslation();
  const holds = useHolds(all);
  if (holds.data === undefined) {
    if (holds.isError) return <ErrorPanel error={holds.error} onRetry={() => void holds.refetch()} />;
    return <Skeleton h={150} role="status" aria-label={t("loading")} />;
  }
  const shown = holds.data.pages.flatMap((page) => page.items);
  if (shown.length === 0) return <Blank icon={<AnchorIcon size={26} />} title={t("holds.blank")} why={t("holds.blankWhy")} />;
  return (
    <Stack gap="sm">
      {shown.map((hold) => (
        <HoldCard key={hold.id} hold={hold} />
      ))}
      {holds.hasNextPage && (
        <Button variant="default" loading={holds.isFetchingNextPage} onClick={() => void holds.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </Stack>
  );
}

function HoldCard({ hold }: { hold: Hold }) {
  const { t } = useTranslation();
  const titleId = `hold-${hold.id}`;
  const act = useReleaseHold(hold.id);
  return (
    <Paper component="article" withBorder p="md" aria-labelledby={titleId}>
      <Stack gap={6}>
        <Group gap="xs">
          <Title order={3} size="h5" id={titleId} className="wrap-anywhere">
            {hold.name}
          </Title>
          <Badge variant="light" radius="sm" tt="none" fw={550} color={hold.in_force ? "petrol" : "gray"}>
            {t(`holds.subject.${hold.subject}`)}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed" className="wrap-anywhere">
          {hold.owner.name}
        </Text>
        <CopyText value={hold.subject_id} />
        <Text size="sm" className="wrap-anywhere">
          {hold.reason}
        </Text>
        <Text size="sm" fw={600}>
          <End hold={hold} />
        </Text>
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed" className="wrap-anywhere">
            {hold.placed_by} · <Time at={hold.placed_at} />
          </Text>
          {hold.in_force && (
            <Button
              size="compact-sm"
              variant="default"
              loading={act.isPending}
              onClick={() => act.mutate(undefined, { onError: notifyError })}
              aria-label={t("entry.named", { label: t("holds.release"), name: hold.name })}
            >
              {t("holds.release")}
            </Button>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}

function End({ hold: { ends_at: ends, released_at: released, in_force: holds } }: { hold: Hold }) {
  const { t } = useTranslation();
  if (released !== null) return <Trans i18nKey="holds.released" components={{ when: <Time at={released} /> }} />;
  if (ends === null) return t("holds.forEver");
  return <Trans i18nKey={holds ? "holds.ends" : "holds.ended"} components={{ when: <Time at={ends} /> }} />;
}
