/** There is no such instance (any more): said as the API means it, with the way to what may be left of it. */
import { Button, Group } from "@mantine/core";
import { Ghost } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Problem } from "../api/problem";
import { paths } from "../paths";
import { Blank } from "./Blank";
import { Page } from "./Page";

export const isGone = (error: Error): boolean => error instanceof Problem && (error.status === 404 || error.status === 410);

export function InstanceGone() {
  const { t } = useTranslation();
  return (
    <Page title={t("gone.title")} size="md">
      <Blank icon={<Ghost size={26} />} title={t("gone.what")} why={t("gone.why")}>
        <Group>
          <Button component={Link} to={paths.bin()}>
            {t("nav.bin")}
          </Button>
          <Button component={Link} to={paths.home()} variant="default">
            {t("nav.home")}
          </Button>
        </Group>
      </Blank>
    </Page>
  );
}
