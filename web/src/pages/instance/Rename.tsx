/**
 * The name, edited in place. The change is bound to what was seen (If-Match): when it changed elsewhere meanwhile, a
 * name that is still the same is no conflict and is tried once more; another name is shown and the person decides.
 */
import { ActionIcon, Alert, Button, Group, Stack, TextInput, Title, VisuallyHidden } from "@mantine/core";
import { Check, Pencil, X } from "lucide-react";
import { useRef, useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { readInstance, useRename } from "../../api/instances";
import { Problem } from "../../api/problem";
import type { Answer } from "../../api/request";
import type { Instance } from "../../api/types";
import { ErrorPanel } from "../../parts/ErrorPanel";

export function Rename({ answer: { data: instance, etag } }: { answer: Answer<Instance> }) {
  const { t } = useTranslation();
  const [editing, setEditing] = useState<{ from: string } | null>(null);
  const pencil = useRef<HTMLButtonElement>(null);
  const close = () => {
    setEditing(null);
    requestAnimationFrame(() => pencil.current?.focus());
  };
  if (editing !== null) return <NameForm instance={instance} etag={etag} from={editing.from} onClose={close} />;
  return (
    <Group gap="xs" wrap="nowrap">
      <Title order={1} size="h2" tabIndex={-1} className="page-title wrap-anywhere">
        {instance.name}
      </Title>
      {instance.actions.rename.allowed && (
        <ActionIcon ref={pencil} variant="subtle" color="gray" size="lg" aria-label={t("rename.start")} onClick={() => setEditing({ from: instance.name })}>
          <Pencil size={17} />
        </ActionIcon>
      )}
    </Group>
  );
}

interface FormProps {
  instance: Instance;
  etag: string | null;
  from: string;
  onClose: () => void;
}

function NameForm({ instance, etag, from, onClose }: FormProps) {
  const { t } = useTranslation();
  const [name, setName] = useState(from);
  const [theirs, setTheirs] = useState<Answer<Instance> | null>(null);
  const rename = useRename(instance.id);

  const send = (tag: string | null, mayRepeat: boolean) =>
    rename.mutate(
      { name: name.trim(), etag: tag ?? "*" },
      { onSuccess: onClose, onError: (error) => void onError(error, mayRepeat) },
    );

  const onError = async (error: Error, mayRepeat: boolean) => {
    if (!(error instanceof Problem) || error.status !== 412) return;
    const fresh = await readInstance(instance.id).catch(() => null); // its own failure is shown by the page's polling
    if (fresh === null) return;
    if (fresh.data.name === from && mayRepeat) send(fresh.etag, false);
    else setTheirs(fresh);
  };

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (name.trim() === "" || rename.isPending) return;
    if (name.trim() === instance.name) onClose();
    else send(theirs?.etag ?? etag, theirs === null);
  };
  const conflict = theirs !== null && theirs.data.name !== from;
  return (
    <form onSubmit={submit}>
      <VisuallyHidden component="h1">{instance.name}</VisuallyHidden>
      <Stack gap="sm">
        <Group gap="xs" wrap="nowrap">
          <TextInput
            flex={1}
            maw="32rem"
            aria-label={t("rename.label")}
            value={name}
            maxLength={80}
            autoFocus
            onFocus={(event) => event.currentTarget.select()}
            onChange={({ currentTarget: { value } }) => setName(value)}
            onKeyDown={(event) => {
              if (event.key === "Escape") onClose();
            }}
          />
          <ActionIcon type="submit" size="lg" loading={rename.isPending} disabled={name.trim() === ""} aria-label={t("rename.save")}>
            <Check size={18} />
          </ActionIcon>
          <ActionIcon variant="default" size="lg" aria-label={t("cancel")} onClick={onClose}>
            <X size={18} />
          </ActionIcon>
        </Group>
        {conflict && (
          <Alert color="amber" title={t("rename.conflict", { name: theirs.data.name })}>
            <Group gap="xs">
              <Button size="xs" type="submit">
                {t("rename.mine", { name: name.trim() })}
              </Button>
              <Button size="xs" variant="default" onClick={onClose}>
                {t("rename.theirs", { name: theirs.data.name })}
              </Button>
            </Group>
          </Alert>
        )}
        {rename.isError && !conflict && <ErrorPanel error={rename.error} kept={t("rename.kept")} />}
      </Stack>
    </form>
  );
}
