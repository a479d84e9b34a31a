/** One entry as an administrator sees it: what it is, whether it can be started, for whom, and what can be done. */
import { Badge, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { Archive, ArchiveRestore, Pencil, Undo2 } from "lucide-react";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import { useRetire, type AdminEntry, type Kind } from "../../api/adminCatalogue";
import { ImageIcon } from "../../parts/ImageIcon";
import { notifyError } from "../../parts/notify";
import { Size } from "../../parts/Size";
import { Time } from "../../parts/Time";
import { AudienceWords } from "./AudienceWords";

interface Props {
  kind: Kind;
  entry: AdminEntry;
  onEdit: () => void;
  onRetired: () => void;
}

export function EntryCard({ kind, entry, onEdit, onRetired }: Props) {
  const { t } = useTranslation();
  const titleId = `${kind}-${entry.id}`;
  return (
    <Paper component="article" withBorder p="md" aria-labelledby={titleId} className="entry" data-retired={entry.retired_at !== null}>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        {"icon" in entry && <ImageIcon icon={entry.icon} />}
        <Stack gap={6} className="shrink">
          <Group gap="xs">
            <Title order={3} size="h5" id={titleId} className="wrap-anywhere">
              {entry.name}
            </Title>
            <States entry={entry} />
          </Group>
          {"vcpus" in entry && (
            <Text size="sm">
              <Size flavour={entry} />
              {entry.gpus > 0 && ` · ${t("size.gpus", { count: entry.gpus })}`}
            </Text>
          )}
          <Text size="sm" c="dimmed" className="wrap-anywhere">
            {t("entry.inCloud", { name: entry.cloud_name })} · <AudienceWords audience={entry.audience} />
          </Text>
          <Trouble entry={entry} />
        </Stack>
      </Group>
      <Actions kind={kind} entry={entry} onEdit={onEdit} onRetired={onRetired} />
    </Paper>
  );
}

function States({ entry }: { entry: AdminEntry }) {
  const { t } = useTranslation();
  const state = { variant: "light", radius: "sm", tt: "none", fw: 550 } as const;
  return (
    <Group gap={6} role="status">
      {entry.retired_at !== null && (
        <Badge {...state} color="gray">
          {t("entry.state.retired")}
        </Badge>
      )}
      {entry.in_cloud.state === "vanished" && (
        <Badge {...state} color="red">
          {t("entry.state.vanished")}
        </Badge>
      )}
      {entry.in_use > 0 && <Badge {...state}>{t("entry.state.inUse", { count: entry.in_use })}</Badge>}
      {entry.origin === "file" && (
        <Badge {...state} color="gray">
          {t("entry.state.file")}
        </Badge>
      )}
    </Group>
  );
}

function Trouble({ entry: { in_cloud: cloud, retired_at: retired } }: { entry: AdminEntry }) {
  const { t } = useTranslation();
  return (
    <>
      {cloud.state === "vanished" && (
        <Text size="sm" className="entry-trouble">
          {cloud.since === null ? t("entry.vanished") : <Trans i18nKey="entry.vanishedSince" components={{ when: <Time at={cloud.since} /> }} />}
        </Text>
      )}
      {cloud.state === "unknown" && (
        <Text size="sm" c="dimmed">
          {t("entry.neverLooked")}
        </Text>
      )}
      {retired !== null && (
        <Text size="sm" c="dimmed">
          <Trans i18nKey="entry.retiredSince" components={{ when: <Time at={retired} /> }} />
        </Text>
      )}
    </>
  );
}

function Actions({ kind, entry, onEdit, onRetired }: Props) {
  const { t } = useTranslation();
  const act = useRetire(kind, entry.id);
  const [undoable, setUndoable] = useState(false);
  const retired = entry.retired_at !== null;
  const turn = () =>
    act.mutate(retired ? "bring-back" : "retire", {
      onSuccess: () => {
        setUndoable(!retired);
        if (!retired) onRetired();
      },
      onError: notifyError,
    });
  const named = (label: string) => ({ "aria-label": t("entry.named", { label, name: entry.name }) });
  const [label, icon] = retired
    ? undoable
      ? [t("entry.undo"), <Undo2 key="undo" size={16} />]
      : [t("entry.bringBack"), <ArchiveRestore key="back" size={16} />]
    : [t("entry.retire"), <Archive key="retire" size={16} />];
  return (
    <Group gap="xs" mt="sm" justify="flex-end">
      <Button size="compact-sm" variant={retired ? "light" : "subtle"} color={retired ? "petrol" : "gray"} leftSection={icon} loading={act.isPending} onClick={turn} {...named(label)}>
        {label}
      </Button>
      <Button size="compact-sm" variant="default" leftSection={<Pencil size={16} />} onClick={onEdit} {...named(t("entry.edit"))}>
        {t("entry.edit")}
      </Button>
    </Group>
  );
}
