/** How much of one's own allowance is used, in every number that has a limit. */
import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Me } from "../api/types";
import { mib } from "../logic/size";
import { useLocale } from "./useLocale";

type Share = Me["quota"][number];

export function QuotaLeft({ quota }: Pick<Me, "quota">) {
  const { t } = useTranslation();
  if (quota.length === 0) return null;
  return (
    <div>
      <Text fw={600} size="sm" mb={4} id="quota">
        {t("quota.title")}
      </Text>
      <ul className="plain-list" aria-labelledby="quota">
        {quota.map((share) => (
          <Text component="li" size="sm" c="dimmed" key={share.of} className="figures">
            <Used share={share} />
          </Text>
        ))}
      </ul>
    </div>
  );
}

function Used({ share: { of, used, limit } }: { share: Share }) {
  const { t } = useTranslation();
  const locale = useLocale();
  if (of === "memory_mib") return t("quota.memory", { used: mib(used, locale), limit: mib(limit, locale) });
  return t(`quota.${of}`, { used, count: limit });
}
