/** How the picture fits the window, whether this page may type, and whether the bar stays. */
import { Radio, Stack, Switch } from "@mantine/core";
import { Monitor } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { BarMenu } from "./BarMenu";
import type { BarState } from "./useBar";
import type { Desktop } from "./useDesktop";

interface Props {
  desktop: Desktop;
  bar: BarState;
  mine: boolean;
  viewOnly: boolean;
}

export function ScreenMenu({ desktop, bar, mine, viewOnly }: Props) {
  const { t } = useTranslation();
  const [, setSearch] = useSearchParams();
  return (
    <BarMenu label={t("screen.title")} icon={<Monitor size={17} />} bar={bar}>
      {() => (
        <Stack gap="md">
          {!viewOnly && (
            <Radio.Group
              label={t("screen.size")}
              value={desktop.screen}
              onChange={(value) => desktop.setScreen(value === "fit" ? "fit" : "resize")}
            >
              <Stack gap="xs" mt={6}>
                <Radio value="resize" label={t("screen.resize")} />
                <Radio value="fit" label={t("screen.fit")} />
              </Stack>
            </Radio.Group>
          )}
          {mine && (
            <Switch
              label={t("screen.viewOnly")}
              description={t("screen.viewOnlyWhat")}
              checked={viewOnly}
              onChange={({ currentTarget: { checked } }) => setSearch(checked ? { view: "1" } : {}, { replace: true })}
            />
          )}
          <Switch
            label={t("bar.pin")}
            checked={bar.pinned}
            onChange={({ currentTarget: { checked } }) => bar.setPinned(checked)}
          />
        </Stack>
      )}
    </BarMenu>
  );
}
