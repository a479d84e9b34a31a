/** What became of the newest request for more time, and the form for another. Whether it is open stands in the URL. */
import { Alert, Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import { Trans, useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { canOnlyAsk, useAskForTime, useLatestRequest, useWithdraw, type ExtensionRequest } from "../../api/requests";
import { LIVE_MS } from "../../api/queries";
import { Problem } from "../../api/problem";
import type { Instance } from "../../api/types";
import { choice, endOfDay } from "../../logic/days";
import { day } from "../../logic/time";
import { DayField } from "../../parts/DayField";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { notifyDone, notifyError } from "../../parts/notify";
import { Time } from "../../parts/Time";
import { useLocale } from "../../parts/useLocale";

const LEAST_WORDS = 10;
const MOST_WORDS = 2000;

export function MoreTime({ instance }: { instance: Instance }) {
  const [search, setSearch] = useSearchParams();
  const { t } = useTranslation();
  const requests = useLatestRequest(instance, LIVE_MS);
  const latest = requests.data;
  if (!canOnlyAsk(instance)) return null;
  if (latest === undefined && !requests.isError) return null;
  const asking = search.get("ask") === "time" && latest?.state !== "open";
  const close = () => setSearch({}, { replace: true, preventScrollReset: true });
  return (
    <>
      {latest === undefined && <ErrorPanel error={requests.error} onRetry={() => void requests.refetch()} />}
      {latest != null && latest.state !== "withdrawn" && <State request={latest} />}
      <Modal
        opened={asking}
        onClose={close}
        title={t("moreTime.title", { name: instance.name })}
        size="lg"
        closeButtonProps={{ "aria-label": t("close") }}
        closeOnClickOutside={false}
      >
        <Form instance={instance} onClose={close} />
      </Modal>
    </>
  );
}

const COLOURS = { open: "petrol", granted: "petrol", refused: "amber" } as const;

function State({ request }: { request: ExtensionRequest & { state: string } }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const withdraw = useWithdraw(request);
  if (request.state === "withdrawn") return null;
  const until = day(Date.parse(request.until), locale);
  return (
    <Alert color={COLOURS[request.state]} variant="light" p="sm" title={t(`moreTime.state.${request.state}`)} role="region">
      <Stack gap={6} align="flex-start">
        {request.state === "open" ? (
          <Text size="sm">
            <Trans i18nKey="moreTime.asked" values={{ day: until }} components={{ when: <Time at={request.made_at} /> }} />
          </Text>
        ) : (
          request.answered_at !== null && (
            <Text size="sm" c="dimmed">
              {request.answered_by} · <Time at={request.answered_at} />
            </Text>
          )
        )}
        {request.answer !== null && request.answer !== "" && (
          <Text size="sm" className="wrap-anywhere said">
            {request.answer}
          </Text>
        )}
        {request.state === "open" && (
          <Button
            size="compact-sm"
            variant="default"
            loading={withdraw.isPending}
            onClick={() => withdraw.mutate(undefined, { onError: notifyError })}
          >
            {t("moreTime.withdraw")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

function Form({ instance, onClose }: { instance: Instance; onClose: () => void }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const [openedAt] = useState(() => Date.now());
  const { ends, expires_at: expiresAt } = instance;
  const endsAt = ends.why === "lifetime" && ends.at !== null && ends.at > expiresAt ? ends.at : expiresAt; // warned late, it was moved on
  const { min, max, latest } = choice(endsAt, openedAt);
  const [until, setUntil] = useState("");
  const [reason, setReason] = useState("");
  const act = useAskForTime(instance.id);
  const errors = act.error instanceof Problem ? act.error.errors : {};
  const end = until >= min && until <= max ? endOfDay(until, latest) : null;
  const lacking = end === null || reason.trim().length < LEAST_WORDS;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (lacking || act.isPending) return;
    act.mutate(
      { reason, until: end },
      {
        onSuccess: () => {
          notifyDone(t("moreTime.sent"));
          onClose();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">{t("moreTime.what", { reason: instance.actions.extend.reason ?? "" })}</Text>
        <DayField
          label={t("moreTime.until")}
          description={t("moreTime.endsNow", { day: day(Date.parse(endsAt), locale) })}
          value={until}
          min={min}
          max={max}
          error={errors.until?.[0] ?? (until !== "" && end === null ? t("moreTime.outside") : undefined)}
          onChange={setUntil}
        />
        <Textarea
          label={t("moreTime.reason")}
          description={t("moreTime.reasonWhat")}
          value={reason}
          maxLength={MOST_WORDS}
          autosize
          minRows={3}
          maxRows={10}
          error={errors.reason?.[0]}
          onChange={({ currentTarget: { value } }) => setReason(value)}
        />
        {act.isError && <ErrorPanel error={act.error} kept={t("moreTime.kept")} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button type="submit" loading={act.isPending} disabled={lacking}>
            {t("moreTime.send")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
