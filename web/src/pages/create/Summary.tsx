/** What Create will do: what will be there, what survives and what does not, what is left of the quota. */
import { Button, Divider, Paper, Stack, Text, Title } from "@mantine/core";
import { MonitorPlay } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useChosenExperiments } from "../../api/catalogue";
import { Problem } from "../../api/problem";
import { useMe } from "../../api/site";
import { Fate } from "../../parts/DeleteInstance";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { Mounts } from "../../parts/Mounts";
import { QuotaLeft } from "../../parts/QuotaLeft";
import type { Draft } from "./useDraft";

export function Summary({ draft, error, pending }: { draft: Draft; error: Error | null; pending: boolean }) {
  const { t } = useTranslation();
  const me = useMe().data;
  const chosen = useChosenExperiments(draft.chosen).flatMap(({ data }) => data ?? []);
  const writable = chosen.some(({ mounts }) => mounts.processed === "rw");
  const quota = me?.instances;
  const full = quota !== undefined && quota.used >= quota.limit;
  const available = draft.flavour?.available;
  const waits = available?.when === "waits";
  const refused = available?.when === "own_limit" || available?.when === "never" ? available.reason : null;
  const incomplete = draft.name.trim() === "" || draft.image === undefined || draft.flavour === undefined;
  const note = () => {
    if (full) return t("quota.full", { count: quota.limit });
    if (refused !== null) return refused;
    if (incomplete) return t("summary.incomplete");
    return waits ? t("summary.waits", { place: available.place, of: available.of, why: available.reason }) : null;
  };
  return (
    <Paper component="aside" withBorder p="lg" className="summary" aria-label={t("summary.title")}>
      <Stack gap="md">
        <div>
          <Title order={2} size="h4" className="wrap-anywhere">
            {draft.name.trim() === "" ? t("summary.title") : draft.name}
          </Title>
          <Text size="sm" c="dimmed">
            {[draft.image?.name, draft.flavour?.name].filter(Boolean).join(" · ")}
          </Text>
        </div>
        <div>
          <Text fw={600} size="sm" mb={4}>
            {t("summary.folders")}
          </Text>
          <Mounts experiments={chosen} login={me?.login ?? null} />
        </div>
        <Divider />
        <Fate kept title={t("summary.survives")} items={[t("summary.home"), ...(writable ? [t("summary.processed")] : [])]} />
        <Fate title={t("summary.notSurvives")} items={[t("summary.outside")]} />
        <Divider />
        {me != null && <QuotaLeft quota={me.quota} />}
        {error !== null && <ErrorPanel error={withFieldErrors(error)} kept={t("summary.kept")} />}
        <Button type="submit" size="lg" fullWidth loading={pending} disabled={full || refused !== null || incomplete} leftSection={<MonitorPlay size={20} />}>
          {t(waits ? "summary.createAndWait" : "summary.create")}
        </Button>
        <Text size="sm" c="dimmed" role="status">
          {note()}
        </Text>
      </Stack>
    </Paper>
  );
}

/** Field messages stand beside their fields; this panel then only has to say that there are some. */
function withFieldErrors(error: Error): Error {
  if (!(error instanceof Problem) || error.detail !== null) return error;
  const messages = Object.values(error.errors).flat();
  return messages.length === 0 ? error : new Problem({ ...documentOf(error), detail: messages.join(" ") }, error.url);
}

const documentOf = ({ title, status, code, detail, errors, requestId }: Problem) => ({ title, status, code, detail, errors, requestId });
