/** One request: who asks, for what and why, and the answer: given already, or to give. */
import { Badge, Group, Paper, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Check, X } from "lucide-react";
import { useState } from "react";
import { Trans, useTranslation } from "react-i18next";
import type { RequestToAnswer } from "../../api/requests";
import { day } from "../../logic/time";
import { ActionButton } from "../../parts/ActionButton";
import { CopyText } from "../../parts/CopyText";
import { Outlook } from "../../parts/Outlook";
import { Time } from "../../parts/Time";
import { useLocale } from "../../parts/useLocale";
import { Reply } from "./Reply";

export function RequestCard({ request }: { request: RequestToAnswer }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const titleId = `request-${request.id}`;
  return (
    <Paper component="article" withBorder p={{ base: "md", sm: "lg" }} aria-labelledby={titleId}>
      <Stack gap="sm">
        <div>
          <Group gap="xs">
            <Title order={2} size="h4" id={titleId} className="wrap-anywhere">
              {request.instance.name}
            </Title>
            <Badge variant="light" radius="sm" tt="none" fw={550} color={request.state === "open" ? "petrol" : "gray"}>
              {t(`requests.state.${request.state}`)}
            </Badge>
          </Group>
          <Text size="sm" c="dimmed" className="wrap-anywhere">
            {request.owner.name} · <Time at={request.made_at} />
          </Text>
          <CopyText value={request.instance.id} />
        </div>
        <Text size="sm" className="wrap-anywhere said">
          {request.reason}
        </Text>
        <Text size="sm" fw={600}>
          <Trans
            i18nKey="requests.wish"
            values={{ day: day(Date.parse(request.until), locale) }}
            components={{ when: <Time at={request.instance.expires_at} /> }}
          />
        </Text>
        {request.state === "open" && <Outlook of="instance" id={request.instance.id} />}
        {request.answered_by !== null && <Answer request={request} />}
        {request.state === "open" && <Actions request={request} />}
      </Stack>
    </Paper>
  );
}

function Answer({ request }: { request: RequestToAnswer }) {
  return (
    <div>
      <Text size="sm" c="dimmed">
        {request.answered_by}
        {request.answered_at !== null && (
          <>
            {" · "}
            <Time at={request.answered_at} />
          </>
        )}
      </Text>
      {request.answer !== null && (
        <Text size="sm" className="wrap-anywhere said">
          {request.answer}
        </Text>
      )}
    </div>
  );
}

function Actions({ request }: { request: RequestToAnswer }) {
  const { t } = useTranslation();
  const [grants, setGrants] = useState(true);
  const [opened, dialog] = useDisclosure(false);
  const open = (granting: boolean) => {
    setGrants(granting);
    dialog.open();
  };
  const named = (label: string) => ({ "aria-label": t("entry.named", { label, name: request.instance.name }) });
  return (
    <Group gap="xs">
      <ActionButton action={request.actions.answer} leftSection={<Check size={17} />} onClick={() => open(true)} {...named(t("requests.grant"))}>
        {t("requests.grant")}
      </ActionButton>
      <ActionButton
        action={request.actions.answer}
        variant="default"
        leftSection={<X size={17} />}
        onClick={() => open(false)}
        {...named(t("requests.refuse"))}
      >
        {t("requests.refuse")}
      </ActionButton>
      {opened && <Reply request={request} grants={grants} onClose={dialog.close} />}
    </Group>
  );
}
