/** A page failed to draw itself: the last line of defence, so that nobody looks at a white screen. */
import { Button, Container, Group, Stack, Title } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";
import { paths } from "../paths";
import { ErrorPanel } from "./ErrorPanel";

export function CrashPage() {
  return (
    <main>
      <Crash />
    </main>
  );
}

/** The same inside the frame of a page, which goes on working. */
export function Crash() {
  const { t } = useTranslation();
  const thrown = useRouteError();
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return (
    <Container size="sm" py="xl">
      <Stack>
        <Title order={1} size="h2">
          {t("crash.title")}
        </Title>
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
