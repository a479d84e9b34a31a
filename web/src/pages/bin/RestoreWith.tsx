/** The software or size that it had is not to be had any more: its owner chooses another, and gets the files back. */
import { Button, Group, Modal, NativeSelect, Stack, Text } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { useFlavours, useImages } from "../../api/catalogue";
import type { Workspace } from "../../api/types";
import type { useRestore } from "../../api/workspaces";
import { ErrorPanel } from "../../parts/ErrorPanel";

interface Props {
  workspace: Workspace;
  last: NonNullable<Workspace["last"]>;
  restore: ReturnType<typeof useRestore>;
  onDone: (instanceId: string) => void;
  onClose: () => void;
}

export function RestoreWith({ workspace, last, restore, onDone, onClose }: Props) {
  const { t } = useTranslation();
  const images = useImages();
  const flavours = useFlavours(last.experiments.map(({ id }) => id));
  const image = useChoice(last.retired.includes("image"), images.data);
  const flavour = useChoice(last.retired.includes("flavour"), flavours.data);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const changes = { ...(image.id !== null && { image_id: image.id }), ...(flavour.id !== null && { flavour_id: flavour.id }) };
    restore.mutate(changes, { onSuccess: ({ data }) => onDone(data.id) });
  };
  return (
    <Modal opened onClose={onClose} title={t("bin.with.title", { name: workspace.name })} closeButtonProps={{ "aria-label": t("close") }}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{t("bin.with.what")}</Text>
          {image.asked && (
            <NativeSelect
              label={t("bin.with.image", { name: last.image.name })}
              data={image.choices}
              value={image.id ?? ""}
              onChange={({ currentTarget: { value } }) => image.choose(value)}
            />
          )}
          {flavour.asked && (
            <NativeSelect
              label={t("bin.with.flavour", { name: last.flavour.name })}
              data={flavour.choices}
              value={flavour.id ?? ""}
              onChange={({ currentTarget: { value } }) => flavour.choose(value)}
            />
          )}
          {images.isError && <ErrorPanel error={images.error} />}
          {flavours.isError && <ErrorPanel error={flavours.error} />}
          {restore.isError && <ErrorPanel error={restore.error} kept={t("bin.stillHere")} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button type="submit" loading={restore.isPending || restore.isSuccess} disabled={!image.ready || !flavour.ready}>
              {t("bin.restore")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** The first on offer, until another is chosen; nothing where what it had is still to be had. */
function useChoice(asked: boolean, offered: readonly { id: string; name: string }[] | undefined) {
  const [chosen, choose] = useState<string | null>(null);
  const id = asked ? (chosen ?? offered?.[0]?.id ?? null) : null;
  const choices = (offered ?? []).map((each) => ({ value: each.id, label: each.name }));
  return { asked, id, choices, choose, ready: !asked || id !== null };
}
