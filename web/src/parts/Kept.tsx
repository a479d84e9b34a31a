/** Of a desktop that is gone: why, until when its files are kept, and the way back to them. */
import { Alert, Button, Stack, Text } from "@mantine/core";
import { ArchiveRestore } from "lucide-react";
import { Trans, useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { InstanceDetail } from "../api/types";
import { day } from "../logic/time";
import { paths } from "../paths";
import { Time } from "./Time";
import { useLocale } from "./useLocale";

export function Kept({ instance: { kept } }: { instance: InstanceDetail }) {
  const { t } = useTranslation();
  const locale = useLocale();
  if (kept === null) return null;
  return (
    <Alert color="petrol" variant="light" p="sm" icon={<ArchiveRestore size={18} />} title={t(`kept.why.${kept.why}`)} role="region">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          <Trans
            i18nKey={kept.archived ? "kept.archived" : "kept.binned"}
            values={{ day: day(Date.parse(kept.until), locale) }}
            components={{ when: <Time at={kept.until} /> }}
          />
        </Text>
        <Button component={Link} to={paths.bin()} size="compact-sm">
          {t("kept.restore")}
        </Button>
      </Stack>
    </Alert>
  );
}
