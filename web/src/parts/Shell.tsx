/** The frame of every page but the desktop: skip link, header, what is wrong with the connection, the page. */
import { Alert, Box } from "@mantine/core";
import { CloudOff } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Outlet, ScrollRestoration } from "react-router";
import { useLostSince } from "../api/contact";
import { Header } from "./Header";
import { Notices } from "./Notices";
import { ReclaimStopped } from "./ReclaimStopped";
import { ReclaimWarning } from "./ReclaimWarning";
import { Time } from "./Time";

export function Shell() {
  const { t } = useTranslation();
  return (
    <>
      <a className="skip-link" href="#content">
        {t("nav.skip")}
      </a>
      <Header />
      <ConnectionBanner />
      <Notices />
      <ReclaimStopped />
      <ReclaimWarning />
      <Box component="main" id="content" tabIndex={-1}>
        <Outlet />
      </Box>
      <ScrollRestoration />
    </>
  );
}

function ConnectionBanner() {
  const { t } = useTranslation();
  const lostSince = useLostSince();
  return (
    <div role="status">
      {lostSince !== null && (
        <Alert color="amber" radius={0} icon={<CloudOff size={20} />} title={t("connection.lost")}>
          {t("connection.older")} <Time at={new Date(lostSince).toISOString()} />
        </Alert>
      )}
    </div>
  );
}
