/** The one step that nothing undoes: the name has to be typed. */
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Workspace } from "../../api/types";
import { useDeleteForEver } from "../../api/workspaces";
import { ErrorPanel } from "../../parts/ErrorPanel";

export function DeleteForEver({ workspace, opened, onClose }: { workspace: Workspace; opened: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const act = useDeleteForEver(workspace.id);
  const close = () => {
    setTyped("");
    act.reset();
    onClose();
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (typed === workspace.name) act.mutate(typed, { onSuccess: close });
  };
  return (
    <Modal opened={opened} onClose={close} title={t("forEver.title", { name: workspace.name })} closeButtonProps={{ "aria-label": t("close") }}>
      <form onSubmit={submit}>
        <Stack>
          <Text size="sm">{t("forEver.what")}</Text>
          <TextInput
            label={t("forEver.type", { name: workspace.name })}
            value={typed}
            autoComplete="off"
            data-autofocus
            onChange={({ currentTarget: { value } }) => setTyped(value)}
          />
          {act.isError && <ErrorPanel error={act.error} kept={t("bin.stillHere")} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {t("cancel")}
            </Button>
            <Button type="submit" color="red" loading={act.isPending} disabled={typed !== workspace.name}>
              {t("bin.delete")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
