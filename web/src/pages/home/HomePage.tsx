import { useTranslation } from "react-i18next";
import { Page } from "../../parts/Page";

export function HomePage() {
  const { t } = useTranslation();
  return <Page title={t("loading")}>{null}</Page>;
}
