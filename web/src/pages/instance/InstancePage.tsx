import { useTranslation } from "react-i18next";
import { Page } from "../../parts/Page";

export function InstancePage() {
  const { t } = useTranslation();
  return <Page title={t("loading")}>{null}</Page>;
}
