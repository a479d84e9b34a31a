/** Is anything taken back at the moment, who was not told of it yet, what comes, and what is kept from it? */
import { Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMe } from "../../api/site";
import { Page } from "../../parts/Page";
import { NotFoundPage } from "../NotFoundPage";
import { Forecast } from "./Forecast";
import { Holds } from "./Holds";
import { NotTold } from "./NotTold";
import { StopSwitch } from "./StopSwitch";

export function ReclaimPage() {
  const { t } = useTranslation();
  const me = useMe().data;
  if (me?.roles.includes("admin") !== true) return <NotFoundPage />; // as the API answers others
  return (
    <Page title={t("nav.reclaim")}>
      <Text c="dimmed" mb="lg" maw="46rem">
        {t("reclaim.what")}
      </Text>
      <Stack gap="xl">
        <StopSwitch />
        <NotTold />
        <Forecast />
        <Holds />
      </Stack>
    </Page>
  );
}
