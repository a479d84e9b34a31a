/** What an instance is made of. */
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Instance } from "../../api/types";
import { isLayout } from "../../logic/keyboards";
import { gib } from "../../logic/size";
import { CopyText } from "../../parts/CopyText";
import { Size } from "../../parts/Size";
import { Time } from "../../parts/Time";
import { useLocale } from "../../parts/useLocale";

export function Facts({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <dl className="facts">
      <Fact name={t("facts.image")}>{instance.image.name}</Fact>
      <Fact name={t("facts.flavour")}>
        {instance.flavour.name}: <Size flavour={instance.flavour} />
      </Fact>
      <Fact name={t("facts.keyboard")}>{isLayout(instance.keyboard) ? t(`keyboard.${instance.keyboard}`) : instance.keyboard}</Fact>
      <Fact name={t("facts.workspace")}>
        {gib(instance.workspace.size_gib, locale)}
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

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
