/** What went wrong with an instance or what it waits for, in the words of the API, where it is seen. */
import { Alert } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Instance } from "../api/types";
import { InLine } from "./InLine";

export function Reason({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  if (instance.phase === "waiting") return <InLine instance={instance} />;
  if (instance.reason === null) return null;
  const failed = instance.phase === "failed";
  return (
    <Alert
      color={failed ? "red" : "amber"}
      variant="light"
      p="sm"
      icon={<TriangleAlert size={18} />}
      title={failed ? t("reason.failed") : t("reason.note")}
    >
      {instance.reason.message}
      {failed && ` ${t("reason.kept")}`}
    </Alert>
  );
}
