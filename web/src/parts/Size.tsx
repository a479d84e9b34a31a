/** What a flavour gives: "2 cores · 4 GiB memory". */
import { useTranslation } from "react-i18next";
import { mib } from "../logic/size";
import { useLocale } from "./useLocale";

export function Size({ flavour }: { flavour: { vcpus: number; memory_mib: number } }) {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <>
      {t("size.cores", { count: flavour.vcpus })} · {t("size.memory", { size: mib(flavour.memory_mib, locale) })}
    </>
  );
}
