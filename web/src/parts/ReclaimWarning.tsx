/** On every page but those that show it anyway: whose time is nearly over, with Extend beside it. */
import { Alert, Group } from "@mantine/core";
import { Hourglass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";
import { useInstances } from "../api/instances";
import { paths } from "../paths";
import { Expiry } from "./Expiry";

const EVERY_MS = 30_000;

export function ReclaimWarning() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const warned = (useInstances(EVERY_MS).data ?? []).filter(
    ({ id, warning, phase }) => warning !== "none" && phase !== "deleting" && !pathname.startsWith(paths.instance(id)),
  );
  if (pathname === paths.home() || warned.length === 0) return null;
  return (
    <Alert color="amber" radius={0} py="xs" icon={<Hourglass size={20} />} role="region" aria-label={t("expiry.warning")}>
      {warned.map((instance) => (
        <Group key={instance.id} gap="sm">
          <Link to={paths.instance(instance.id)} className="wrap-anywhere">
            {instance.name}
          </Link>
          <Expiry instance={instance} />
        </Group>
      ))}
    </Alert>
  );
}
