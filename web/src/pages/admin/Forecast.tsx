/** The dry run: what will be taken back, archived or deleted in the next days, why, and who was told. */
import { Badge, Button, Group, SegmentedControl, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { Anchor as AnchorIcon, CalendarCheck } from "lucide-react";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { useForecast, type Planned } from "../../api/reclaim";
import { Blank } from "../../parts/Blank";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { Time } from "../../parts/Time";
import { PlaceHold } from "./PlaceHold";

const CHOICES = [3, 14, 90] as const;
const COLUMNS = ["when", "what", "why", "warned"] as const;

export function Forecast() {
  const { t } = useTranslation();
  const [days, setDays] = useState<number>(CHOICES[1]);
  return (
    <section aria-labelledby="forecast">
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={2} size="h3" id="forecast">
          {t("forecast.title")}
        </Title>
        <SegmentedControl
          value={String(days)}
          onChange={(value) => setDays(Number(value))}
          aria-label={t("forecast.within")}
          data={CHOICES.map((count) => ({ value: String(count), label: t("forecast.days", { count }) }))}
        />
      </Group>
      <Listed days={days} />
    </section>
  );
}

function Listed({ days }: { days: number }) {
  const { t } = useTranslation();
  const forecast = useForecast(days);
  const [held, hold] = useState<Planned | null>(null);
  if (forecast.data === undefined) {
    if (forecast.isError) return <ErrorPanel error={forecast.error} onRetry={() => void forecast.refetch()} />;
    return <Skeleton h={150} role="status" aria-label={t("loading")} />;
  }
  const shown = forecast.data.pages.flatMap((page) => page.items);
  if (shown.length === 0) return <Blank icon={<CalendarCheck size={26} />} title={t("forecast.blank")} why={t("forecast.blankWhy")} />;
  return (
    <Stack gap="sm">
      {/* The roles are said, because a browser forgets them where the rows are stacked. */}
      <Table verticalSpacing="sm" aria-labelledby="forecast" className="stacked" role="table">
        <Table.Thead role="rowgroup">
          <Table.Tr role="row">
            {COLUMNS.map((column) => (
              <Table.Th key={column} role="columnheader">
                {t(`forecast.${column}`)}
              </Table.Th>
            ))}
            <Table.Th role="columnheader" aria-label={t("forecast.hold")} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody role="rowgroup">
          {shown.map((row) => (
            <Row key={`${row.subject}-${row.subject_id}`} row={row} onHold={() => hold(row)} />
          ))}
        </Table.Tbody>
      </Table>
      {forecast.hasNextPage && (
        <Button variant="default" loading={forecast.isFetchingNextPage} onClick={() => void forecast.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
      {held !== null && <PlaceHold chosen={{ subject: held.subject, id: held.subject_id }} onClose={() => hold(null)} />}
    </Stack>
  );
}

function Row({ row, onHold }: { row: Planned; onHold: () => void }) {
  const { t } = useTranslation();
  return (
    <Table.Tr role="row" style={{ verticalAlign: "top" }}>
      <Table.Td role="cell" data-label={t("forecast.when")}>
        {row.ends_at === null ? t("forecast.never") : <Time at={row.ends_at} />}
      </Table.Td>
      <Table.Td role="cell" data-label={t("forecast.what")}>
        <Text size="sm" fw={600} className="wrap-anywhere">
          {row.name}
        </Text>
        <Text size="sm" c="dimmed" className="wrap-anywhere">
          {t(`holds.subject.${row.subject}`)} · {row.owner.name}
        </Text>
      </Table.Td>
      <Table.Td role="cell" data-label={t("forecast.why")}>
        <Stack gap={4} align="flex-start">
          {row.why !== null && <Text size="sm">{t(`forecast.does.${row.why}`)}</Text>}
          {row.off !== null && (
            <Badge variant="light" color="amber" radius="sm" tt="none" fw={550}>
              {t(`forecast.off.${row.off}`)}
            </Badge>
          )}
        </Stack>
      </Table.Td>
      <Table.Td role="cell" data-label={t("forecast.warned")}>
        {row.warnings.map((warning) => (
          <Text key={warning.lead_s} size="sm" {...(warning.delivered ? {} : { c: "dimmed" })}>
            {warning.waits ? (
              t("forecast.waits")
            ) : (
              <Trans i18nKey={warning.delivered ? "forecast.delivered" : "forecast.due"} components={{ when: <Time at={warning.at} /> }} />
            )}
          </Text>
        ))}
      </Table.Td>
      <Table.Td role="cell">
        {row.off !== "hold" && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<AnchorIcon size={14} />}
            onClick={onHold}
            aria-label={t("entry.named", { label: t("forecast.hold"), name: row.name })}
          >
            {t("forecast.hold")}
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
