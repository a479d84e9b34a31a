/** Over the screen while there is no live picture: what happened, what the page does about it, what one can do. */
import { Button, Group, Loader, Paper, Stack, Text, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Instance, InstanceDetail } from "../../api/types";
import type { LinkState } from "../../desktop/reconnect";
import { InstanceMenu, MainAction } from "../../parts/InstanceActions";
import { Kept } from "../../parts/Kept";
import { Phase } from "../../parts/Phase";
import { Reason } from "../../parts/Reason";
import { paths } from "../../paths";
import type { Desktop } from "./useDesktop";

export function Overlay({ instance, desktop: { link, connection } }: { instance: InstanceDetail; desktop: Desktop }) {
  const { t } = useTranslation();
  if (link.name === "open") return null;
  const retry = () => connection.tell({ kind: "retry" });
  return (
    <div className="desktop-overlay">
      <Paper withBorder shadow="md" p="xl" w="100%" maw="28rem" role="alert" aria-live="polite">
        {instance.kept !== null ? (
          <Taken instance={instance} />
        ) : link.name === "paused" ? (
          <Away instance={instance} />
        ) : (
          <Stack gap="sm">
            <Group gap="sm" wrap="nowrap">
              {link.name !== "ended" && <Loader size="sm" aria-hidden />}
              <Title order={1} size="h4">
                {t(titleOf(link))}
              </Title>
            </Group>
            <Text c="dimmed">{explain(link, t)}</Text>
            <Group>
              {(link.name === "waiting" || link.name === "ended") && <Button onClick={retry}>{t("overlay.retry")}</Button>}
              <Button variant="default" component={Link} to={paths.home()}>
                {t("nav.home")}
              </Button>
            </Group>
          </Stack>
        )}
      </Paper>
    </div>
  );
}

/** It was deleted or reclaimed while it was open here. */
function Taken({ instance }: { instance: InstanceDetail }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Title order={1} size="h4" className="wrap-anywhere">
        {instance.name}
      </Title>
      <Phase instance={instance} />
      <Kept instance={instance} />
      <Group>
        <Button variant="default" component={Link} to={paths.home()}>
          {t("nav.home")}
        </Button>
      </Group>
    </Stack>
  );
}

function Away({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Title order={1} size="h4" className="wrap-anywhere">
        {instance.name}
      </Title>
      <Phase instance={instance} />
      <Reason instance={instance} />
      <Text c="dimmed">{t("overlay.away")}</Text>
      <Group gap="xs">
        <MainAction instance={instance} />
        <Button variant="default" component={Link} to={paths.home()}>
          {t("nav.home")}
        </Button>
        {instance.mine && <InstanceMenu instance={instance} />}
      </Group>
    </Stack>
  );
}

type Shown = Exclude<LinkState, { name: "open" | "paused" }>;

function titleOf(link: Shown) {
  switch (link.name) {
    case "connecting":
      return link.attempt === 1 ? "overlay.connecting" : "overlay.reconnecting";
    case "waiting":
      return "overlay.lost";
    case "ended":
      return `overlay.ended.${link.ending}` as const;
  }
}

function explain(link: Shown, t: ReturnType<typeof useTranslation>["t"]): string {
  switch (link.name) {
    case "connecting":
      return t("overlay.soon");
    case "waiting":
      return t(`overlay.trouble.${link.trouble}`);
    case "ended":
      return link.message ?? t(`overlay.endedWhat.${link.ending}`);
  }
}
