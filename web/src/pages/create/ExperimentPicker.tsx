/** Finding experiments: mine first and newest first, by text and instrument; open data as a second tab. */
import { Alert, Button, Checkbox, CloseButton, Group, Select, Skeleton, Stack, Tabs, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { Search } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useChosenExperiments, useExperiments, useInstruments } from "../../api/catalogue";
import { useMe } from "../../api/site";
import type { Experiment } from "../../api/types";
import { day } from "../../logic/time";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { useLocale } from "../../parts/useLocale";
import type { Draft } from "./useDraft";

export function ExperimentPicker({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  const { filter, setFilter } = draft;
  return (
    <Stack gap="sm">
      <Chosen draft={draft} />
      <Tabs value={filter.scope} onChange={(scope) => setFilter({ scope: scope === "open" ? "open" : "mine" })}>
        <Tabs.List mb="sm">
          <Tabs.Tab value="mine">{t("experiments.mine")}</Tabs.Tab>
          <Tabs.Tab value="open">{t("experiments.open")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={filter.scope}>
          <Stack gap="sm">
            <Filters draft={draft} />
            <Results draft={draft} />
          </Stack>
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}

function Filters({ draft: { filter, setFilter } }: { draft: Draft }) {
  const { t } = useTranslation();
  const instruments = useInstruments();
  const [text, setText] = useState(filter.q);
  const search = useDebouncedCallback((q: string) => setFilter({ q }), 250);
  return (
    <Group gap="sm" align="flex-end">
      <TextInput
        flex="2 1 14rem"
        type="search"
        label={t("experiments.search")}
        placeholder={t("experiments.searchExample")}
        leftSection={<Search size={16} />}
        value={text}
        onChange={({ currentTarget: { value } }) => {
          setText(value);
          search(value.trim());
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.preventDefault(); // searches as one types; Enter must not create
        }}
      />
      <Select
        flex="1 1 10rem"
        label={t("experiments.instrument")}
        placeholder={t("experiments.anyInstrument")}
        clearable
        searchable
        clearButtonProps={{ "aria-label": t("experiments.anyInstrument") }}
        data={(instruments.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={filter.instrument}
        onChange={(instrument) => setFilter({ instrument })}
      />
    </Group>
  );
}

function Results({ draft }: { draft: Draft }) {
  const { t } = useTranslation();
  const found = useExperiments(draft.filter);
  if (found.data === undefined) {
    if (found.isError) return <ErrorPanel error={found.error} onRetry={() => void found.refetch()} />;
    return (
      <Stack gap="xs" role="status" aria-label={t("loading")}>
        {[0, 1, 2].map((each) => (
          <Skeleton key={each} h={62} />
        ))}
      </Stack>
    );
  }
  const items = found.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <NothingFound draft={draft} />;
  return (
    <>
      <Stack component="ul" gap="xs" className="tags" aria-label={t("experiments.found")} aria-busy={found.isPlaceholderData}>
        {items.map((experiment) => (
          <li key={experiment.id}>
            <Row experiment={experiment} checked={draft.chosen.includes(experiment.id)} onToggle={() => draft.toggle(experiment.id)} />
          </li>
        ))}
      </Stack>
      {found.hasNextPage && (
        <Button variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </>
  );
}

function Row({ experiment, checked, onToggle }: { experiment: Experiment; checked: boolean; onToggle: () => void }) {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <Checkbox.Card checked={checked} onClick={onToggle} p="sm" className="choice" aria-label={`${experiment.id}: ${experiment.title}`}>
      <Group wrap="nowrap" align="flex-start" gap="sm">
        <Checkbox.Indicator mt={2} />
        <div className="shrink">
          <Text size="sm" fw={550} className="wrap-anywhere">
            {experiment.title}
          </Text>
          <Text size="sm" c="dimmed">
            {experiment.proposal} · {experiment.instrument.name} · {day(experiment.starts_on, locale)} · {experiment.pi.name}
            {experiment.my_role === "pi" && ` · ${t("experiments.youPi")}`}
            {experiment.open && ` · ${t("experiments.isOpen")}`}
          </Text>
        </div>
      </Group>
    </Checkbox.Card>
  );
}

function NothingFound({ draft: { filter, setFilter } }: { draft: Draft }) {
  const { t } = useTranslation();
  const login = useMe().data?.login ?? null;
  if (filter.q !== "" || filter.instrument !== null) {
    return <Text c="dimmed">{t("experiments.noMatch")}</Text>;
  }
  if (filter.scope === "open") return <Text c="dimmed">{t("experiments.noOpen")}</Text>;
  return (
    <Alert color="gray" title={t("experiments.noneTitle")}>
      <Stack gap="xs" align="flex-start">
        {t(login === null ? "experiments.noneUnlinked" : "experiments.none")}
        <Button size="xs" variant="default" onClick={() => setFilter({ scope: "open" })}>
          {t("experiments.seeOpen")}
        </Button>
      </Stack>
    </Alert>
  );
}

function Chosen({ draft: { chosen, toggle } }: { draft: Draft }) {
  const { t } = useTranslation();
  const answers = useChosenExperiments(chosen);
  if (chosen.length === 0) return null;
  return (
    <Stack component="ul" gap={6} className="tags" aria-label={t("experiments.chosen")}>
      {chosen.map((id, index) => {
        const answer = answers[index];
        return (
          <li key={id} className="chosen" data-wrong={answer?.isError}>
            <Text span size="sm" className="wrap-anywhere">
              <b>{id}</b> {answer?.isError === true ? t("experiments.cannotUse", { why: answer.error.message }) : answer?.data?.title}
            </Text>
            <CloseButton size="sm" aria-label={t("experiments.remove", { id })} onClick={() => toggle(id)} />
          </li>
        );
      })}
    </Stack>
  );
}
