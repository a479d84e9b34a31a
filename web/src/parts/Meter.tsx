/** How much of something is used: in words, and as a bar that needs no reading. */
import { Progress, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { isTight, percent, type Use } from "../logic/machine";
import { bytes } from "../logic/size";
import { useLocale } from "./useLocale";

export function Meter({ use }: { use: Use }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const text = t("workspace.used", { used: bytes(use.used, locale), size: bytes(use.size, locale) });
  return (
    <Stack gap={4}>
      <Text size="sm">{text}</Text>
      <Progress value={percent(use)} color={isTight(use) ? "red" : "petrol"} size="sm" aria-label={text} />
    </Stack>
  );
}
