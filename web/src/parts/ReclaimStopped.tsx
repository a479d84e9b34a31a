/** For administrators, on every page but its own: a switch that is forgotten keeps everything for ever. */
import { Alert, Anchor } from "@mantine/core";
import { OctagonX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { useSwitch } from "../api/reclaim";
import { paths } from "../paths";
import { Time } from "./Time";

const EVERY_MS = 30_000;

export function ReclaimStopped() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const state = useSwitch(EVERY_MS).data;
  if (state?.stopped !== true || state.last === null || pathname === paths.adminReclaim()) return null;
  return (
    <Alert color="red" radius={0} py="xs" icon={<OctagonX size={20} />} role="region" aria-label={t("reclaim.stopped")}>
      <Anchor component={Link} to={paths.adminReclaim()} underline="always" inherit>
        {t("reclaim.stopped")}
      </Anchor>{" "}
      · {state.last.stopped_by} · <Time at={state.last.stopped_at} />
    </Alert>
  );
}
