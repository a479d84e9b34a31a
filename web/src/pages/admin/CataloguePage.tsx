/** What do we put on offer, is it all there, and for whom? */
import { Button, Group, Skeleton, Stack, Switch, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { Cpu, MonitorPlay, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useAdminFlavours, useAdminImages, type AdminEntry, type Kind } from "../../api/adminCatalogue";
import { useMe } from "../../api/site";
import { Blank } from "../../parts/Blank";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { Page } from "../../parts/Page";
import { NotFoundPage } from "../NotFoundPage";
import { EditEntry } from "./EditEntry";
import { EntryCard } from "./EntryCard";

export function CataloguePage() {
  const { t } = useTranslation();
  const me = useMe().data;
  if (me?.roles.includes("admin") !== true) return <NotFoundPage />; // as the API answers others
  return (
    <Page title={t("nav.catalogue")} beside={<RetiredSwitch />}>
      <Text c="dimmed" mb="lg" maw="46rem">
        {t("catalogue.what")}
      </Text>
      <Stack gap="xl">
        <Images />
        <Flavours />
      </Stack>
    </Page>
  );
}

function useShowsRetired() {
  const [search, setSearch] = useSearchParams();
  const shown = search.get("retired") === "true";
  const show = (wanted: boolean) => setSearch(wanted ? { retired: "true" } : {}, { replace: true, preventScrollReset: true });
  return [shown, show] as const;
}

function RetiredSwitch() {
  const { t } = useTranslation();
  const [shown, show] = useShowsRetired();
  return <Switch label={t("catalogue.showRetired")} checked={shown} onChange={({ currentTarget: { checked } }) => show(checked)} />;
}

const Images = () => <Section kind="images" entries={useAdminImages()} />;
const Flavours = () => <Section kind="flavours" entries={useAdminFlavours()} />;

function Section({ kind, entries }: { kind: Kind; entries: UseQueryResult<AdminEntry[]> }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState<AdminEntry | "new" | null>(null);
  const titleId = `catalogue-${kind}`;
  const next = Math.max(-1, ...(entries.data ?? []).map(({ position }) => position)) + 1;
  return (
    <section aria-labelledby={titleId}>
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={2} size="h3" id={titleId}>
          {t(`catalogue.${kind}.title`)}
        </Title>
        <Button variant="default" leftSection={<Plus size={17} />} onClick={() => setEditing("new")}>
          {t(`catalogue.${kind}.add`)}
        </Button>
      </Group>
      <Entries kind={kind} entries={entries} onEdit={setEditing} />
      {editing !== null && (
        <EditEntry
          key={editing === "new" ? "new" : editing.id}
          kind={kind}
          entry={editing === "new" ? null : editing}
          position={next}
          onClose={() => setEditing(null)}
        />
      )}
    </section>
  );
}

const ICONS = { images: <MonitorPlay size={26} />, flavours: <Cpu size={26} /> };

interface EntriesProps {
  kind: Kind;
  entries: UseQueryResult<AdminEntry[]>;
  onEdit: (entry: AdminEntry) => void;
}

function Entries({ kind, entries, onEdit }: EntriesProps) {
  const { t } = useTranslation();
  const [showsRetired] = useShowsRetired();
  // What was retired here stays where it was, with its undo, until the page is left.
  const [justRetired, setJustRetired] = useState<readonly string[]>([]);
  if (entries.data === undefined) {
    if (entries.isError) return <ErrorPanel error={entries.error} onRetry={() => void entries.refetch()} />;
    return <Skeleton h={200} role="status" aria-label={t("loading")} />;
  }
  const all = [...entries.data].sort((one, other) => one.position - other.position || one.name.localeCompare(other.name));
  const shown = all.filter(({ id, retired_at: retired }) => retired === null || showsRetired || justRetired.includes(id));
  if (shown.length === 0) {
    const why = all.length === 0 ? t(`catalogue.${kind}.blankWhy`) : t("catalogue.allRetired", { count: all.length });
    return <Blank icon={ICONS[kind]} title={t(`catalogue.${kind}.blank`)} why={why} />;
  }
  return (
    <Stack gap="sm">
      {shown.map((entry) => (
        <EntryCard
          key={entry.id}
          kind={kind}
          entry={entry}
          onEdit={() => onEdit(entry)}
          onRetired={() => setJustRetired((before) => [...before, entry.id])}
        />
      ))}
    </Stack>
  );
}
