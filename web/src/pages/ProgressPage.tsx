/** How long? The steps of a start, live; opens the desktop by itself when it is ready. */
import { Alert, Button, Group, Paper, Progress, Skeleton, Stack, Text } from "@mantine/core";
import { Check, CircleDashed, LoaderCircle, X } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link, Navigate, useParams } from "react-router";
import { useInstance } from "../api/instances";
import type { Instance } from "../api/types";
import { isOnItsWay, isStarting } from "../logic/phase";
import { share, timeSteps, type TimedStep } from "../logic/progress";
import { duration } from "../logic/time";
import { useNow } from "../logic/useNow";
import { ErrorPanel } from "../parts/ErrorPanel";
import { InstanceMenu, MainAction } from "../parts/InstanceActions";
import { InLine } from "../parts/InLine";
import { InstanceGone, isGone } from "../parts/InstanceGone";
import { Page } from "../parts/Page";
import { Phase } from "../parts/Phase";
import { useLocale } from "../parts/useLocale";
import { paths } from "../paths";

export function ProgressPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const answer = useInstance(id);
  if (answer.isError && isGone(answer.error)) return <InstanceGone />;
  const instance = answer.data?.data;
  if (instance?.actions.connect.allowed === true) return <Navigate to={paths.desktop(id)} replace />;
  return (
    <Page title={instance?.name ?? t("loading")} tab={t("progress.title")} size="md">
      {instance !== undefined ? (
        <Start instance={instance} />
      ) : answer.isError ? (
        <ErrorPanel error={answer.error} onRetry={() => void answer.refetch()} />
      ) : (
        <Skeleton h={300} />
      )}
    </Page>
  );
}

function Start({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  useEffect(() => void import("./desktop/DesktopPage"), []); // so that nothing is left to load once it is ready
  return (
    <Paper withBorder p={{ base: "md", sm: "xl" }}>
      <Stack gap="lg">
        <Phase instance={instance} />
        <How instance={instance} />
        <Group justify="space-between">
          <Button component={Link} to={paths.home()} variant="default">
            {t("nav.home")}
          </Button>
          {!isStarting(instance.phase) && (
            <Group gap="xs">
              {instance.phase !== "waiting" && <MainAction instance={instance} />}
              <InstanceMenu instance={instance} />
            </Group>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}

function How({ instance }: { instance: Instance }) {
  if (instance.phase === "waiting") return <InLine instance={instance} />;
  return isOnItsWay(instance.phase) ? <Waiting instance={instance} /> : <NotOnItsWay instance={instance} />;
}

function startOf(instance: Instance): string {
  // A restart's first step has its own time; the creation may be weeks ago.
  const first = instance.progress.find(({ at }) => at !== null)?.at ?? null;
  return first !== null && Date.parse(first) - Date.parse(instance.created_at) > 3_600_000 ? first : instance.created_at;
}

function Waiting({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const now = useNow("fine");
  const started = startOf(instance);
  const elapsed = Math.max(0, (now - Date.parse(started)) / 1000);
  const usual = instance.usual_s;
  return (
    <>
      <div>
        {usual !== null && <Progress value={share(elapsed, usual, false)} animated size="lg" mb={6} aria-label={t("progress.bar")} />}
        <Group justify="space-between">
          <Text size="sm">{t("progress.elapsed", { time: duration(elapsed, locale) })}</Text>
          {usual !== null && (
            <Text size="sm" c="dimmed">
              {t("progress.usual", { time: duration(Math.ceil(usual), locale) })}
            </Text>
          )}
        </Group>
      </div>
      <Steps steps={timeSteps(instance.progress, started, now)} />
      {usual !== null && elapsed > 3 * usual ? (
        <Alert color="amber">{t("progress.slow")}</Alert>
      ) : (
        <Text size="sm" c="dimmed">
          {t("progress.byItself")}
        </Text>
      )}
    </>
  );
}

function NotOnItsWay({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  if (instance.phase !== "failed") return <Text>{t("progress.notStarting")}</Text>;
  return (
    <>
      <Alert color="red" title={t("reason.failed")} role="alert">
        <Stack gap={6}>
          <span>{instance.reason?.message ?? t("progress.noReason")}</span>
          <span>{t("reason.kept")}</span>
          <span>{t(instance.actions.start.allowed ? "progress.tryAgain" : "progress.askSupport")}</span>
        </Stack>
      </Alert>
      <Steps steps={timeSteps(instance.progress, startOf(instance), Date.parse(instance.created_at))} />
    </>
  );
}

const ICONS = {
  done: <Check size={18} />,
  active: <LoaderCircle size={18} className="spin" />,
  failed: <X size={18} />,
  waiting: <CircleDashed size={18} />,
};

function Steps({ steps }: { steps: readonly TimedStep[] }) {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <ol className="steps" aria-label={t("progress.steps")}>
      {steps.map(({ step, state, seconds }) => (
        <li key={step} className="step" data-state={state} {...(state === "active" && { "aria-current": "step" as const })}>
          <span className="step-icon" role="img" aria-label={t(`progress.state.${state}`)}>
            {ICONS[state]}
          </span>
          <Text span>{t(`progress.step.${step}`)}</Text>
          <Text span size="sm" c="dimmed" ml="auto" className="figures">
            {seconds === null ? "" : duration(seconds, locale)}
          </Text>
        </li>
      ))}
    </ol>
  );
}
