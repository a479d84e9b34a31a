/** The thin bar: where am I, is the connection well, how long do I have, and the tools. Hides while one works. */
import { ActionIcon, Box, Button, Group, Text, Tooltip } from "@mantine/core";
import { House, Maximize, Minimize, PanelTopClose } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { canOnlyAsk } from "../../api/requests";
import type { Instance } from "../../api/types";
import { AskForTime } from "../../parts/AskForTime";
import { ExtendButton } from "../../parts/Expiry";
import { paths } from "../../paths";
import { ClipboardPanel } from "./ClipboardPanel";
import { Health } from "./Health";
import { KeysMenu } from "./KeysMenu";
import { ScreenMenu } from "./ScreenMenu";
import { TimeLeft } from "./TimeLeft";
import { BAR_ID, type BarState } from "./useBar";
import type { Desktop } from "./useDesktop";
import { useFullScreen } from "./useFullScreen";

interface Props {
  instance: Instance;
  desktop: Desktop;
  bar: BarState;
  viewOnly: boolean;
}

export function Bar({ instance, desktop, bar, viewOnly }: Props) {
  const { t } = useTranslation();
  return (
    <>
      {!bar.shown && (
        <button type="button" className="bar-handle" aria-label={t("bar.show")} onClick={bar.show} onPointerEnter={bar.show} />
      )}
      <Box
        id={BAR_ID}
        component="header"
        className="bar"
        data-shown={bar.shown}
        inert={!bar.shown}
        aria-label={t("bar.label")}
        onPointerEnter={() => bar.hold("pointer", true)}
        onPointerLeave={() => bar.hold("pointer", false)}
        onFocus={() => bar.hold("focus", true)}
        onBlur={(event: React.FocusEvent<HTMLElement>) => {
          if (!event.currentTarget.contains(event.relatedTarget)) bar.hold("focus", false);
        }}
        onKeyDown={(event: React.KeyboardEvent<HTMLElement>) => {
          if (event.key === "Escape" && event.currentTarget.contains(event.target as Node)) bar.leave();
        }}
      >
        <Group gap="xs" wrap="nowrap" miw={0} flex="1 1 15rem">
          <ActionIcon component={Link} to={paths.home()} variant="subtle" color="gray" size="lg" aria-label={t("nav.home")}>
            <House size={18} />
          </ActionIcon>
          <Text component={Link} to={paths.instance(instance.id)} size="sm" fw={600} truncate className="quiet-link">
            {instance.name}
          </Text>
          <Health desktop={desktop} viewOnly={viewOnly} />
        </Group>
        <Group gap={6} wrap="nowrap">
          {instance.wanted !== "gone" && <TimeLeft instance={instance} />}
          {instance.wanted !== "gone" && (canOnlyAsk(instance) ? <AskForTime instance={instance} /> : <ExtendButton instance={instance} />)}
        </Group>
        <Group gap={4} wrap="nowrap" justify="flex-end">
          <ClipboardPanel desktop={desktop} bar={bar} viewOnly={viewOnly} />
          {!viewOnly && <KeysMenu desktop={desktop} bar={bar} />}
          <ScreenMenu desktop={desktop} bar={bar} mine={instance.mine} viewOnly={viewOnly} />
          <FullScreenButton />
          <Tooltip label={t("bar.hide")} openDelay={400}>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("bar.hide")} onClick={() => hide(bar)}>
              <PanelTopClose size={18} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Box>
    </>
  );
}

function hide(bar: BarState): void {
  bar.setPinned(false);
  bar.leave();
}

function FullScreenButton() {
  const { t } = useTranslation();
  const { isFull, toggle } = useFullScreen();
  const label = t(isFull ? "bar.window" : "bar.full");
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-sm"
      fw={500}
      aria-label={label}
      leftSection={isFull ? <Minimize size={17} /> : <Maximize size={17} />}
      onClick={() => void toggle()}
    >
      <span className="bar-word">{label}</span>
    </Button>
  );
}
