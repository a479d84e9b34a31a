/** Where no extension gives more time: asking for it, and what became of that. */
import { Button, Text } from "@mantine/core";
import { MessageCircleQuestionMark } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { useLatestRequest } from "../api/requests";
import type { Instance } from "../api/types";
import { paths } from "../paths";

/** In place of Extend: leads to the form on the instance's page, or says that an answer is awaited. */
export function AskForTime({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const { data: latest, isError } = useLatestRequest(instance);
  const { pathname } = useLocation();
  if (latest === undefined && !isError) return null;
  if (latest?.state === "open") {
    if (pathname === paths.instance(instance.id)) return null; // that page says more of it
    return (
      <Text span size="sm" c="dimmed">
        {t("moreTime.waits")}
      </Text>
    );
  }
  return (
    <Button
      component={Link}
      to={paths.askForTime(instance.id)}
      size="compact-sm"
      variant={instance.warning === "none" ? "default" : "filled"}
      leftSection={<MessageCircleQuestionMark size={15} />}
      aria-label={t("moreTime.askName", { name: instance.name })}
    >
      {t("moreTime.ask")}
    </Button>
  );
}
