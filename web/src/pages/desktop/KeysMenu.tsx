/** Key combinations that the browser or its system would keep, and the documented way out of the keyboard grab. */
import { Button, Divider, Kbd, SimpleGrid, Stack, Text } from "@mantine/core";
import { Keyboard } from "lucide-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { COMBINATIONS, FUNCTION_KEYS } from "../../desktop/keys";
import type { Key } from "../../desktop/session";
import { BarMenu } from "./BarMenu";
import type { BarState } from "./useBar";
import type { Desktop } from "./useDesktop";

export function KeysMenu({ desktop, bar }: { desktop: Desktop; bar: BarState }) {
  const { t } = useTranslation();
  return (
    <BarMenu label={t("keys.title")} icon={<Keyboard size={17} />} bar={bar} width={320}>
      {(close) => {
        const send = (keys: readonly Key[]) => {
          desktop.live()?.press(keys);
          close();
          bar.leave();
        };
        return (
          <Stack gap="sm">
            <SimpleGrid cols={2} spacing={6}>
              {COMBINATIONS.map(({ label, keys }) => (
                <Button key={label} variant="default" size="xs" onClick={() => send(keys)}>
                  {label}
                </Button>
              ))}
            </SimpleGrid>
            <Text size="sm" fw={550} id="console-keys">
              {t("keys.console")}
            </Text>
            <SimpleGrid cols={6} spacing={6} role="group" aria-labelledby="console-keys">
              {FUNCTION_KEYS.map(({ label, keys }) => (
                <Button key={label} variant="default" size="xs" px={0} onClick={() => send(keys)}>
                  {label}
                </Button>
              ))}
            </SimpleGrid>
            <Button variant="light" size="xs" onClick={() => { desktop.live()?.releaseKeys(); close(); bar.leave(); }}>
              {t("keys.release")}
            </Button>
            <Divider />
            <Text size="sm">
              {["Ctrl", "Alt", "Shift"].map((key, index) => (
                <Fragment key={key}>
                  {index > 0 && " + "}
                  <Kbd size="xs">{key}</Kbd>
                </Fragment>
              ))}{" "}
              {t("keys.wayOut")}
            </Text>
          </Stack>
        );
      }}
    </BarMenu>
  );
}
