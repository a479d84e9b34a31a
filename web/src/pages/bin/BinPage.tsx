/** Get it back: what was kept of deleted and reclaimed instances, and until when. */
import { Button, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { ArchiveRestore, Trash2 } from "lucide-react";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import type { Workspace } from "../../api/types";
import { useBin, useRestore } from "../../api/workspaces";
import { day } from "../../logic/time";
import { useNow } from "../../logic/useNow";
import { ActionButton } from "../../parts/ActionButton";
import { Blank } from "../../parts/Blank";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { ExperimentTags } from "../../parts/Experiments";
import { Outlook } from "../../parts/Outlook";
import { Page } from "../../parts/Page";
import { Time } from "../../parts/Time";
import { useLocale } from "../../parts/useLocale";
import { paths } from "../../paths";
import { WorkspaceUse } from "../../parts/WorkspaceUse";
import { DeleteForEver } from "./DeleteForEver";
import { RestoreWith } from "./RestoreWith";

export function BinPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("nav.bin")}>
      <Text c="dimmed" mb="lg" maw="44rem">
        {t("bin.what")}
      </Text>
      <Kept />
    </Page>
  );
}

function Kept() {
  const { t } = useTranslation();
  const bin = useBin();
  if (bin.data === undefined) {
    if (bin.isError) return <ErrorPanel error={bin.error} onRetry={() => void bin.refetch()} />;
    return <Skeleton h={150} role="status" aria-label={t("loading")} />;
  }
  const kept = bin.data.pages.flatMap((page) => page.items);
  if (kept.length === 0) {
    return (
      <Blank icon={<Trash2 size={26} />} title={t("bin.blank")} why={t("bin.blankWhy")}>
        <Button component={Link} to={paths.home()} variant="default">
          {t("nav.home")}
        </Button>
      </Blank>
    );
  }
  return (
    <Stack>
      {kept.map((workspace) => (
        <Kept1 key={workspace.id} workspace={workspace} />
      ))}
      {bin.hasNextPage && (
        <Button variant="default" loading={bin.isFetchingNextPage} onClick={() => void bin.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </Stack>
  );
}

const SOON_MS = 14 * 86_400_000;

function Kept1({ workspace }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const restore = useRestore(workspace.id);
  const [deleting, dialog] = useDisclosure(false);
  const [choosing, choice] = useDisclosure(false);
  const lacks = workspace.last !== null && workspace.last.retired.length > 0;
  const show = (instanceId: string) => void navigate(paths.progress(instanceId));
  const titleId = `workspace-${workspace.id}`;
  return (
    <Paper component="article" withBorder p={{ base: "md", sm: "lg" }} aria-labelledby={titleId}>
      <Stack gap="sm">
        <div>
          <Title order={2} size="h4" id={titleId} className="wrap-anywhere">
            {workspace.name}
          </Title>
          {workspace.last !== null && (
            <Text size="sm" c="dimmed">
              {workspace.last.image.name} · {workspace.last.flavour.name}
            </Text>
          )}
        </div>
        {workspace.last !== null && <ExperimentTags experiments={workspace.last.experiments} />}
        <Group gap="xl">
          <WorkspaceUse workspace={workspace} />
          {workspace.state === "deleting" ? <Going /> : <Until workspace={workspace} />}
        </Group>
        {workspace.state !== "deleting" && <Future id={workspace.id} />}
        {restore.isError && !choosing && <ErrorPanel error={restore.error} kept={t("bin.stillHere")} />}
        <Group gap="xs">
          <ActionButton
            action={workspace.actions.restore}
            leftSection={<ArchiveRestore size={18} />}
            loading={restore.isPending || restore.isSuccess}
            onClick={lacks ? choice.open : () => restore.mutate({}, { onSuccess: ({ data }) => show(data.id) })}
          >
            {t(lacks ? "bin.restoreWith" : "bin.restore")}
          </ActionButton>
          <ActionButton action={workspace.actions.delete} variant="subtle" color="red" onClick={dialog.open}>
            {t("bin.delete")}
          </ActionButton>
        </Group>
      </Stack>
      <DeleteForEver workspace={workspace} opened={deleting} onClose={dialog.close} />
      {choosing && workspace.last !== null && (
        <RestoreWith workspace={workspace} last={workspace.last} restore={restore} onDone={show} onClose={choice.close} />
      )}
    </Paper>
  );
}

/** Asked for only where somebody wants to see it. */
function Future({ id }: { id: string }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  return (
    <details className="more" onToggle={({ currentTarget }) => setOpened(currentTarget.open)}>
      <summary>{t("outlook.title")}</summary>
      {opened && <Outlook of="workspace" id={id} />}
    </details>
  );
}

function Going() {
  const { t } = useTranslation();
  return (
    <Text size="sm" fw={600} role="status">
      {t("bin.going")}
    </Text>
  );
}

function Until({ workspace }: { workspace: Workspace }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const now = useNow();
  const archived = workspace.state === "archiving" || workspace.state === "archived";
  const until = archived ? workspace.archived_until : workspace.kept_until;
  const soon = until !== null && Date.parse(until) - now < SOON_MS;
  return (
    <Text size="sm" className="expiry" data-warning={soon ? "soon" : "none"}>
      {until !== null && (
        <Trans
          i18nKey={archived ? "bin.archivedUntil" : "bin.until"}
          values={{ day: day(Date.parse(until), locale) }}
          components={{ when: <Time at={until} /> }}
        />
      )}
      {workspace.binned_at !== null && (
        <>
          {" "}
          <Trans i18nKey="bin.since" components={{ when: <Time at={workspace.binned_at} /> }} />
        </>
      )}
      {workspace.binned_why !== null && ` ${t(`kept.why.${workspace.binned_why}`)}.`}
    </Text>
  );
}
