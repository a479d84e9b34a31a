/** What place an instance has in the line for room, and what it waits for. */
import { Alert } from "@mantine/core";
import { UsersRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Instance } from "../api/types";

export function InLine({ instance: { waiting } }: { instance: Pick<Instance, "waiting"> }) {
  const { t } = useTranslation();
  if (waiting === null) return null;
  return (
    <Alert color="petrol" variant="light" p="sm" icon={<UsersRound size={18} />} title={t("line.place", waiting)}>
      {waiting.why} {t("line.byItself")}
    </Alert>
  );
}
