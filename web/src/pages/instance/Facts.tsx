/** What an instance is made of. */
import { Progress, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Instance } from "../../api/types";
import { isLayout } from "../../logic/keyboards";
import { bytes, gib } from "../../logic/size";
import { CopyText } from "../../parts/CopyText";
import { Size } from "../../parts/Size";
import { Time } from "../../parts/Time";
import { useLocale } from "../../parts/useLocale";

export function Facts({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  return (
    <dl className="facts">
      <Fact name={t("facts.image")}>{instance.image.name}</Fact>
      <Fact name={t("facts.flavour")}>
        {instance.flavour.name}: <Size flavour={instance.flavour} />
      </Fact>
      <Fact name={t("facts.keyboard")}>{isLayout(instance.keyboard) ? t(`keyboard.${instance.keyboard}`) : instance.keyboard}</Fact>
      <Fact name={t("facts.workspace")}>
        <WorkspaceUse workspace={instance.workspace} />
      </Fact>
      {!instance.mine && <Fact name={t("facts.owner")}>{instance.owner.name}</Fact>}
      <Fact name={t("facts.created")}>
        <Time at={instance.created_at} />
      </Fact>
      <Fact name={t("facts.lastInput")}>{instance.last_input_at === null ? t("facts.noInput") : <Time at={instance.last_input_at} />}</Fact>
      <Fact name={t("facts.id")}>
        <CopyText value={instance.id} />
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function WorkspaceUse({ workspace }: { workspace: { size_gib: number; used_bytes: number | null } }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const size = gib(workspace.size_gib, locale);
  if (workspace.used_bytes === null) return <>{t("workspace.size", { size })}</>;
  const used = (100 * workspace.used_bytes) / (workspace.size_gib * 1024 ** 3);
  const text = t("workspace.used", { used: bytes(workspace.used_bytes, locale), size });
  return (
    <Stack gap={4}>
      <Text size="sm">{text}</Text>
      <Progress value={used} color={used > 90 ? "red" : "petrol"} size="sm" aria-label={text} />
    </Stack>
  );
}
