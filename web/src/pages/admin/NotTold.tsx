/** Who could not be told yet, of what, since when and why: what it is about does not end meanwhile. */
import { Button, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Phone } from "lucide-react";
import { Trans, useTranslation } from "react-i18next";
import { useUntold, type Untold } from "../../api/notices";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { Time } from "../../parts/Time";
import { TellInPerson } from "./TellInPerson";

export function NotTold() {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="not-told">
      <Title order={2} size="h3" id="not-told" mb="xs">
        {t("notTold.title")}
      </Title>
      <Listed />
    </section>
  );
}

function Listed() {
  const { t } = useTranslation();
  const untold = useUntold();
  if (untold.data === undefined) {
    if (untold.isError) return <ErrorPanel error={untold.error} onRetry={() => void untold.refetch()} />;
    return <Skeleton h={40} role="status" aria-label={t("loading")} />;
  }
  const shown = untold.data.pages.flatMap((page) => page.items);
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" maw="46rem">
        {t(shown.length === 0 ? "notTold.blank" : "notTold.what")}
      </Text>
      {shown.map((notice) => (
        <Card key={notice.id} notice={notice} />
      ))}
      {untold.hasNextPage && (
        <Button variant="default" loading={untold.isFetchingNextPage} onClick={() => void untold.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </Stack>
  );
}

function Card({ notice }: { notice: Untold }) {
  const { t } = useTranslation();
  const [telling, dialog] = useDisclosure(false);
  const titleId = `notice-${notice.id}`;
  return (
    <Paper component="article" withBorder p="md" aria-labelledby={titleId}>
      <Stack gap={6}>
        <Title order={3} size="h5" id={titleId} className="wrap-anywhere">
          {notice.person.name}
        </Title>
        <Text size="sm" c="dimmed" className="wrap-anywhere">
          {notice.address ?? t("notTold.noAddress")}
        </Text>
        <Text size="sm" className="wrap-anywhere">
          {notice.message}
        </Text>
        <Trouble notice={notice} />
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed">
            <Trans i18nKey="notTold.since" components={{ when: <Time at={notice.made_at} /> }} />
          </Text>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<Phone size={14} />}
            onClick={dialog.open}
            aria-label={t("entry.named", { label: t("notTold.told"), name: notice.person.name })}
          >
            {t("notTold.told")}
          </Button>
        </Group>
      </Stack>
      {telling && <TellInPerson notice={notice} onClose={dialog.close} />}
    </Paper>
  );
}

function Trouble({ notice }: { notice: Untold }) {
  const { t } = useTranslation();
  if (notice.error === null) return <Text size="sm">{t("notTold.untried")}</Text>;
  return (
    <Text size="sm" fw={600} className="wrap-anywhere">
      {t("notTold.tried", { count: notice.attempts })} {notice.error}
    </Text>
  );
}
