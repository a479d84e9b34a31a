import { Button } from "@mantine/core";
import { Compass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Blank } from "../parts/Blank";
import { Page } from "../parts/Page";
import { paths } from "../paths";

export function NotFoundPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("notFound.title")} size="md">
      <Blank icon={<Compass size={26} />} title={t("notFound.what")} why={t("notFound.why")}>
        <Button component={Link} to={paths.home()}>
          {t("nav.home")}
        </Button>
      </Blank>
    </Page>
  );
}
