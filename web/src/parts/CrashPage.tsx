/** A page failed to draw itself: the last line of defence, so that nobody looks at a white screen. */
import { Button, Container, Group, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";
import { paths } from "../paths";
import { ErrorPanel } from "./ErrorPanel";

export function CrashPage() {
  const { t } = useTranslation();
  const thrown = useRouteError();
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return (
    <Container component="main" size="sm" py="xl">
      <Stack>
        <ErrorPanel error={error} kept={t("crash.kept")} />
        <Group>
          <Button onClick={() => window.location.reload()}>{t("crash.reload")}</Button>
          <Button variant="default" component="a" href={paths.home()}>
            {t("nav.home")}
          </Button>
        </Group>
      </Stack>
    </Container>
  );
}
