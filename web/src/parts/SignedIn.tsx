/** Lets signed-in people through, and sends everyone else to sign in and back to where they wanted to go. */
import { Center, Container, Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation } from "react-router";
import { useMe } from "../api/site";
import { paths } from "../paths";
import { ErrorPanel } from "./ErrorPanel";

export function SignedIn() {
  const { pathname, search, hash } = useLocation();
  const me = useMe();
  if (me.data === null) return <Navigate to={paths.signIn(pathname + search + hash)} replace />;
  if (me.data !== undefined) return <Outlet />;
  if (me.isError) {
    return (
      <Container component="main" size="sm" py="xl">
        <ErrorPanel error={me.error} onRetry={() => void me.refetch()} />
      </Container>
    );
  }
  return <Waiting />;
}

export function Waiting() {
  const { t } = useTranslation();
  return (
    <Center h="100dvh">
      <Loader role="status" aria-label={t("loading")} />
    </Center>
  );
}
