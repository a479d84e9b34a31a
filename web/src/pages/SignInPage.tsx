/** Who are you? One button. */
import { Alert, Box, Button, Paper, Stack, Text, Title } from "@mantine/core";
import { CircleAlert, LogIn } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Navigate, useSearchParams } from "react-router";
import { useMe, useSite } from "../api/site";
import { signInFailure } from "../logic/signInFailure";
import { ErrorPanel } from "../parts/ErrorPanel";
import { Mark } from "../parts/Mark";
import { Notices } from "../parts/Notices";
import { useTab } from "../parts/Page";
import { paths, safeNext } from "../paths";

export function SignInPage() {
  const { t } = useTranslation();
  const [search] = useSearchParams();
  const next = safeNext(search.get("next"));
  const failure = signInFailure(search.get("error"));
  const site = useSite();
  const me = useMe();
  useTab(t("signIn.title"));
  if (me.data) return <Navigate to={next} replace />;
  return (
    <Box component="main" className="sign-in">
      <Stack gap="md" w="100%" maw="27rem">
        <Notices radius="md" />
        <Paper withBorder shadow="sm" p={{ base: "lg", xs: "xl" }} radius="lg">
          <Stack gap="lg">
            <Mark size={48} />
            <Stack gap={6}>
              <Title order={1} size="h2">
                {site.data?.name ?? t("signIn.title")}
              </Title>
              <Text c="dimmed">{t("signIn.what")}</Text>
            </Stack>
            {failure !== null && (
              <Alert color="red" variant="light" icon={<CircleAlert size={20} />} title={t("signIn.failed.title")} role="alert">
                {t(failure)}
              </Alert>
            )}
            {site.isError && <ErrorPanel error={site.error} onRetry={() => void site.refetch()} />}
            <Button
              component="a"
              href={paths.login(next)}
              size="lg"
              fullWidth
              h="auto"
              mih={50}
              py="xs"
              leftSection={<LogIn size={20} />}
              classNames={{ label: "wrap-label" }}
            >
              {site.data === undefined ? t("signIn.button") : t("signIn.with", { federation: site.data.federation_name })}
            </Button>
            {next !== paths.home() && (
              <Text size="sm" c="dimmed">
                {t("signIn.back")}
              </Text>
            )}
          </Stack>
        </Paper>
      </Stack>
    </Box>
  );
}
