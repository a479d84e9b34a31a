/** One entry's form in a dialog, with the card beside it as a scientist will see it. */
import { Alert, Button, Group, Modal, Paper, Stack, Text } from "@mantine/core";
import { useEffect, useRef, useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { readEntry, useSaveEntry, type AdminEntry, type Kind } from "../../api/adminCatalogue";
import { Problem } from "../../api/problem";
import { bodyOf, draftOf, missing, newBodyOf, type Draft } from "../../logic/entryDraft";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { notifyDone, notifyError } from "../../parts/notify";
import { FlavourFace } from "../create/FlavourCards";
import { ImageFace } from "../create/ImageCards";
import { EntryFields } from "./EntryFields";

export interface FieldsProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  errors: Record<string, string[]>;
}

interface Props {
  kind: Kind;
  entry: AdminEntry | null;
  position: number;
  onClose: () => void;
}

export function EditEntry({ kind, entry, position, onClose }: Props) {
  const { t } = useTranslation();
  const title = entry === null ? t(`catalogue.${kind}.add`) : t("entry.editing", { name: entry.name });
  return (
    <Modal opened onClose={onClose} title={title} size="64rem" closeButtonProps={{ "aria-label": t("close") }} closeOnClickOutside={false}>
      <Form kind={kind} entry={entry} position={position} onClose={onClose} />
    </Modal>
  );
}

function Form({ kind, entry, position, onClose }: Props) {
  const { t } = useTranslation();
  const [base, setBase] = useState(entry);
  const [draft, setDraft] = useState(() => draftOf(entry, position));
  const save = useSaveEntry(kind);
  const lacking = missing(kind, draft, base === null);
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const errors = save.error instanceof Problem ? save.error.errors : {};
  const conflict = save.error instanceof Problem && save.error.status === 412;

  const end = useRef<HTMLDivElement>(null);
  const failed = save.isError;
  useEffect(() => {
    if (failed) end.current?.scrollIntoView({ block: "end" }); // the form may be longer than the window
  }, [failed]);

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (lacking !== null || save.isPending) return;
    save.mutate(
      { entry: base, body: base === null ? newBodyOf(kind, draft) : bodyOf(kind, draft) },
      {
        onSuccess: ({ data }) => {
          notifyDone(t("entry.saved", { name: data.name }));
          onClose();
        },
      },
    );
  };
  const takeTheirs = async (id: string) => {
    const theirs = await readEntry(kind, id);
    setBase(theirs);
    setDraft(draftOf(theirs, position));
    save.reset();
  };
  return (
    <form onSubmit={submit} noValidate>
      <div className="with-aside">
        <Stack>
          {base?.origin === "file" && <Alert color="petrol" variant="light" p="sm">{t("entry.becomesOurs")}</Alert>}
          <EntryFields kind={kind} isNew={base === null} draft={draft} change={change} errors={errors} />
        </Stack>
        <Preview kind={kind} draft={draft} />
      </div>
      <Stack mt="lg" ref={end}>
        {conflict && base !== null ? (
          <Alert color="amber" title={t("error.title.changed")} role="alert">
            <Stack gap="xs" align="flex-start">
              {t("entry.conflict")}
              <Button size="xs" variant="default" onClick={() => void takeTheirs(base.id).catch(notifyError)}>
                {t("entry.theirs")}
              </Button>
            </Stack>
          </Alert>
        ) : (
          save.isError && <ErrorPanel error={save.error} kept={t("entry.kept")} />
        )}
        <Group justify="flex-end" gap="sm">
          {lacking !== null && (
            <Text size="sm" c="dimmed" role="status">
              {t(lacking)}
            </Text>
          )}
          <Button variant="default" onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button type="submit" loading={save.isPending} disabled={lacking !== null}>
            {t(base === null ? "entry.create" : "entry.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Preview({ kind, draft }: { kind: Kind; draft: Draft }) {
  const { t } = useTranslation();
  const name = draft.name.trim() === "" ? t("entry.unnamed") : draft.name;
  return (
    <aside aria-label={t("entry.preview")} className="preview">
      <Text size="sm" fw={600} mb={6}>
        {t("entry.preview")}
      </Text>
      <Paper withBorder p="sm">
        {kind === "images" ? (
          <Group wrap="nowrap" align="flex-start" gap="sm">
            <ImageFace image={{ name, icon: draft.icon, description: draft.description, good_for: draft.goodFor }} />
          </Group>
        ) : (
          <div className="wrap-anywhere">
            <FlavourFace
              flavour={{ name, description: draft.description, vcpus: draft.vcpus || 0, memory_mib: (draft.memoryGib || 0) * 1024 }}
            />
          </div>
        )}
      </Paper>
    </aside>
  );
}
