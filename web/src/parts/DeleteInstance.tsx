/** Asks before an instance is deleted, saying what is lost and what is kept. */
import { Button, Group, List, Modal, Stack, Text, ThemeIcon } from "@mantine/core";
import { Check, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useInstanceAction } from "../api/instances";
import type { Instance } from "../api/types";
import { ErrorPanel } from "./ErrorPanel";

interface Props {
  instance: Instance;
  opened: boolean;
  onClose: () => void;
  onDeleted?: () => void;
}

export function DeleteInstance({ instance, opened, onClose, onDeleted }: Props) {
  const { t } = useTranslation();
  const act = useInstanceAction(instance.id);
  const confirm = () =>
    act.mutate("delete", {
      onSuccess: () => {
        onClose();
        onDeleted?.();
      },
    });
  return (
    <Modal opened={opened} onClose={onClose} title={t("delete.title", { name: instance.name })} closeButtonProps={{ "aria-label": t("close") }}>
      <Stack>
        <Fate title={t("delete.kept")} kept items={[t("delete.workspace", { name: instance.workspace.name }), t("delete.data")]} />
        <Fate title={t("delete.lost")} items={[t("delete.programs"), t("delete.outside")]} />
        <Text size="sm" c="dimmed">
          {t("delete.restore")}
        </Text>
        {act.isError && <ErrorPanel error={act.error} kept={t("delete.nothing")} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("cancel")}
          </Button>
          <Button color="red" loading={act.isPending} onClick={confirm}>
            {t("delete.confirm")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

export function Fate({ title, items, kept = false }: { title: string; items: readonly string[]; kept?: boolean }) {
  const icon = (
    <ThemeIcon size={20} radius="xl" variant="light" color={kept ? "petrol" : "red"}>
      {kept ? <Check size={13} /> : <X size={13} />}
    </ThemeIcon>
  );
  return (
    <div>
      <Text fw={600} size="sm" mb={4}>
        {title}
      </Text>
      <List size="sm" spacing={4} icon={icon} center={false}>
        {items.map((item) => (
          <List.Item key={item}>{item}</List.Item>
        ))}
      </List>
    </div>
  );
}
