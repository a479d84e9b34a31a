/** The big switch: stopping takes a reason, going on a look at who stopped it and why. */
import { Alert, Button, Group, Modal, Paper, Skeleton, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { OctagonX, Play, Recycle } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import { Trans, useTranslation } from "react-i18next";
import { useSwitch, useThrowSwitch, type Switch } from "../../api/reclaim";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { notifyError } from "../../parts/notify";
import { Time } from "../../parts/Time";

export function StopSwitch() {
  const { t } = useTranslation();
  const state = useSwitch();
  if (state.data === undefined) {
    if (state.isError) return <ErrorPanel error={state.error} onRetry={() => void state.refetch()} />;
    return <Skeleton h={120} role="status" aria-label={t("loading")} />;
  }
  return (
    <section aria-label={t("reclaim.switch")}>{state.data.stopped ? <Stopped state={state.data} /> : <GoesOn state={state.data} />}</section>
  );
}

function Stopped({ state: { last } }: { state: Switch }) {
  const { t } = useTranslation();
  const act = useThrowSwitch();
  return (
    <Alert color="red" icon={<OctagonX size={24} />} title={t("reclaim.stopped")}>
      <Stack gap="sm" align="flex-start">
        {last !== null && (
          <div>
            <Text fw={600} className="wrap-anywhere">
              {last.reason}
            </Text>
            <Text size="sm">
              {last.stopped_by} · <Time at={last.stopped_at} />
            </Text>
          </div>
        )}
        <Text size="sm">{t("reclaim.stoppedWhat")}</Text>
        <Button
          size="md"
          variant="default"
          leftSection={<Play size={18} />}
          loading={act.isPending}
          onClick={() => act.mutate({ stopped: false }, { onError: notifyError })}
        >
          {t("reclaim.resume")}
        </Button>
      </Stack>
    </Alert>
  );
}

function GoesOn({ state: { last } }: { state: Switch }) {
  const { t } = useTranslation();
  const [opened, dialog] = useDisclosure(false);
  return (
    <Paper withBorder p={{ base: "md", sm: "lg" }}>
      <Group justify="space-between" gap="md">
        <Group wrap="nowrap" gap="sm" flex="1 1 20rem" align="flex-start">
          <Recycle size={24} aria-hidden className="fixed" />
          <div className="shrink">
            <Title order={2} size="h4">
              {t("reclaim.goesOn")}
            </Title>
            <Text size="sm" c="dimmed" className="wrap-anywhere">
              {last?.resumed_at == null ? t("reclaim.neverStopped") : <Ended last={last} at={last.resumed_at} />}
            </Text>
          </div>
        </Group>
        <Button size="md" color="red" variant="outline" leftSection={<OctagonX size={18} />} onClick={dialog.open}>
          {t("reclaim.stop")}
        </Button>
      </Group>
      {opened && <Stop onClose={dialog.close} />}
    </Paper>
  );
}

function Ended({ last, at }: { last: NonNullable<Switch["last"]>; at: string }) {
  return (
    <>
      <Trans i18nKey="reclaim.lastStopped" components={{ when: <Time at={at} /> }} /> {last.resumed_by}
      <br />
      {last.reason}
    </>
  );
}

function Stop({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const act = useThrowSwitch();
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (reason.trim() !== "" && !act.isPending) act.mutate({ stopped: true, reason }, { onSuccess: onClose });
  };
  return (
    <Modal opened onClose={onClose} title={t("reclaim.stopTitle")} closeButtonProps={{ "aria-label": t("close") }}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{t("reclaim.stoppedWhat")}</Text>
          <TextInput
            label={t("reclaim.why")}
            description={t("reclaim.whyWhat")}
            value={reason}
            maxLength={500}
            data-autofocus
            onChange={({ currentTarget: { value } }) => setReason(value)}
          />
          {act.isError && <ErrorPanel error={act.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button type="submit" color="red" loading={act.isPending} disabled={reason.trim() === ""}>
              {t("reclaim.stop")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
