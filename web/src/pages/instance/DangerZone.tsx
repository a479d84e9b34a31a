/** Deleting, apart from everything else and with its consequence beside it. */
import { Paper, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import type { Instance } from "../../api/types";
import { ActionButton } from "../../parts/ActionButton";
import { DeleteInstance } from "../../parts/DeleteInstance";
import { paths } from "../../paths";

export function DangerZone({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [opened, dialog] = useDisclosure(false);
  return (
    <Paper component="section" withBorder p={{ base: "md", sm: "lg" }} className="danger" aria-label={t("instance.danger")}>
      <Stack gap="sm" align="flex-start">
        <Title order={2} size="h4">
          {t("instance.danger")}
        </Title>
        <Text size="sm" c="dimmed">
          {t("instance.dangerWhat")}
        </Text>
        <ActionButton action={instance.actions.delete} color="red" variant="outline" leftSection={<Trash2 size={17} />} onClick={dialog.open}>
          {t("action.delete")}
        </ActionButton>
      </Stack>
      <DeleteInstance instance={instance} opened={opened} onClose={dialog.close} onDeleted={() => void navigate(paths.home())} />
    </Paper>
  );
}
