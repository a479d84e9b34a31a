/** Get me to my data: one page from an experiment to a running desktop. */
import { Alert, Box, Button, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useRef, type ReactNode, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { useCreateInstance } from "../../api/instances";
import { Problem } from "../../api/problem";
import { useMe } from "../../api/site";
import { FreshKey } from "../../logic/freshKey";
import { rememberPreferences } from "../../logic/preferences";
import { Page } from "../../parts/Page";
import { paths } from "../../paths";
import { ExperimentPicker } from "./ExperimentPicker";
import { FlavourCards } from "./FlavourCards";
import { ImageCards } from "./ImageCards";
import { NameAndKeyboard } from "./NameAndKeyboard";
import { Summary } from "./Summary";
import { useDraft, type Draft } from "./useDraft";

export function CreatePage() {
  const { t } = useTranslation();
  const draft = useDraft();
  const { create, submit } = useSubmit(draft);
  const errors = create.error instanceof Problem ? create.error.errors : {};
  return (
    <Page title={t("create.title")} size="xl">
      <QuotaNotice />
      <form onSubmit={submit} noValidate>
        <Box className="with-aside">
          <Stack gap="lg" miw={0}>
            <Section title={t("create.experiment")} hint={t("create.experimentHint")} errors={errors.experiment_ids}>
              <ExperimentPicker draft={draft} />
            </Section>
            <Section title={t("create.image")} errors={errors.image_id}>
              <ImageCards draft={draft} />
            </Section>
            <Section title={t("create.flavour")} errors={errors.flavour_id}>
              <FlavourCards draft={draft} />
            </Section>
            <Section title={t("create.details")}>
              <NameAndKeyboard draft={draft} errors={errors} />
            </Section>
          </Stack>
          <Summary draft={draft} error={create.error} pending={create.isPending || create.isSuccess} />
        </Box>
      </form>
    </Page>
  );
}

function useSubmit(draft: Draft) {
  const create = useCreateInstance();
  const navigate = useNavigate();
  const key = useRef(new FreshKey());
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const { image, flavour, keyboard } = draft;
    if (image === undefined || flavour === undefined || create.isPending) return;
    const body = {
      name: draft.name.trim(),
      image_id: image.id,
      flavour_id: flavour.id,
      experiment_ids: draft.chosen,
      keyboard,
    };
    rememberPreferences({ imageId: image.id, flavourId: flavour.id, keyboard });
    create.mutate(
      { body, key: key.current.for(body) },
      { onSuccess: ({ data }) => void navigate(paths.progress(data.id), { replace: true }) },
    );
  };
  return { create, submit };
}

interface SectionProps {
  title: string;
  hint?: string;
  errors?: readonly string[] | undefined;
  children: ReactNode;
}

function Section({ title, hint, errors, children }: SectionProps) {
  return (
    <Paper component="section" withBorder p={{ base: "md", sm: "lg" }} aria-label={title}>
      <Title order={2} size="h4" mb={hint === undefined ? "sm" : 2}>
        {title}
      </Title>
      {hint !== undefined && (
        <Text size="sm" c="dimmed" mb="sm">
          {hint}
        </Text>
      )}
      {children}
      {errors?.map((message) => (
        <Text key={message} role="alert" size="sm" c="var(--mantine-color-error)" mt="xs">
          {message}
        </Text>
      ))}
    </Paper>
  );
}

function QuotaNotice() {
  const { t } = useTranslation();
  const quota = useMe().data?.instances;
  if (quota === undefined || quota.used < quota.limit) return null;
  return (
    <Alert color="amber" mb="lg" title={t("quota.full", { count: quota.limit })}>
      <Stack gap="xs" align="flex-start">
        {t("quota.what")}
        <Group>
          <Button component={Link} to={paths.home()} size="xs" variant="default">
            {t("quota.home")}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
