/** Whom an entry is for, in words. */
import { useTranslation } from "react-i18next";
import { useInstruments } from "../../api/catalogue";
import { AUDIENCE_ROLES, splitAudience } from "../../logic/audience";
import { useLocale } from "../../parts/useLocale";

export function AudienceWords({ audience }: { audience: readonly string[] }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const instruments = useInstruments().data ?? [];
  const { roles, groups, instruments: named } = splitAudience(audience);
  const words = [
    ...AUDIENCE_ROLES.filter((role) => roles.includes(role)).map((role) => t(`audience.role.${role}`)),
    ...named.map((id) => t("audience.instrument", { name: instruments.find((each) => each.id === id)?.name ?? id })),
    ...groups.map((name) => t("audience.group", { name })),
  ];
  if (words.length === 0) return t("audience.everybody");
  return t("audience.only", { list: new Intl.ListFormat(locale, { type: "disjunction" }).format(words) });
}
