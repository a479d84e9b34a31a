/** Where am I, where can I go, who am I. Below the width of a tablet all of it folds into one menu. */
import { Badge, Box, Burger, Divider, Drawer, Group, NavLink, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { House, Inbox, LibraryBig, Plus, Recycle, Trash2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, NavLink as RouterLink } from "react-router";
import { useIsSupport, useRequestsToAnswer } from "../api/requests";
import { useMe, useSite } from "../api/site";
import { countOf } from "../logic/count";
import { paths } from "../paths";
import { Mark } from "./Mark";
import { PersonMenu, PersonPanel } from "./PersonMenu";

interface Target {
  to: string;
  label: string;
  icon: ReactNode;
  count?: string;
}

function useTargets(): Target[] {
  const { t } = useTranslation();
  const me = useMe().data;
  const admin = me?.roles.includes("admin") === true;
  const support = useIsSupport();
  const asked = countOf(useRequestsToAnswer(false, 30_000).data?.pages ?? []);
  return [
    { to: paths.home(), label: t("nav.home"), icon: <House size={17} /> },
    { to: paths.create(), label: t("nav.new"), icon: <Plus size={17} /> },
    { to: paths.bin(), label: t("nav.bin"), icon: <Trash2 size={17} />, count: String(me?.bin_count ?? 0) },
    ...(support ? [{ to: paths.requests(), label: t("nav.requests"), icon: <Inbox size={17} />, count: asked }] : []),
    ...(admin ? [{ to: paths.adminCatalogue(), label: t("nav.catalogue"), icon: <LibraryBig size={17} /> }] : []),
    ...(admin ? [{ to: paths.adminReclaim(), label: t("nav.reclaim"), icon: <Recycle size={17} /> }] : []),
  ];
}

/** More than this need a wider window side by side. */
const FEW = 4;

export function Header() {
  const { t } = useTranslation();
  const site = useSite().data;
  const targets = useTargets();
  const wide = targets.length > FEW ? "md" : "sm";
  return (
    <Box component="header" className="header">
      <Group h="100%" px="md" gap="md" wrap="nowrap" justify="space-between">
        <Link to={paths.home()} className="brand">
          <Mark />
          <Text span fw={650} truncate>
            {site?.name ?? ""}
          </Text>
        </Link>
        <Group component="nav" aria-label={t("nav.main")} gap={4} wrap="nowrap" visibleFrom={wide} flex={1}>
          {targets.map((target) => (
            <RouterLink key={target.to} to={target.to} end className="nav-link">
              {target.icon}
              {target.label}
              <Count value={target.count} />
            </RouterLink>
          ))}
        </Group>
        <Box visibleFrom={wide}>
          <PersonMenu />
        </Box>
        <SmallMenu targets={targets} until={wide} />
      </Group>
    </Box>
  );
}

function SmallMenu({ targets, until }: { targets: readonly Target[]; until: "sm" | "md" }) {
  const { t } = useTranslation();
  const [open, { toggle, close }] = useDisclosure(false);
  return (
    <Box hiddenFrom={until}>
      <Burger opened={open} onClick={toggle} aria-label={t("nav.menu")} aria-expanded={open} size="sm" />
      <Drawer opened={open} onClose={close} position="right" size="18rem" title={t("nav.menu")} closeButtonProps={{ "aria-label": t("close") }}>
        <Stack gap="xs">
          <Box component="nav" aria-label={t("nav.main")}>
            {targets.map((target) => (
              <NavLink
                key={target.to}
                component={RouterLink}
                to={target.to}
                end
                label={target.label}
                leftSection={target.icon}
                rightSection={<Count value={target.count} />}
                onClick={close}
              />
            ))}
          </Box>
          <Divider />
          <PersonPanel onDone={close} />
        </Stack>
      </Drawer>
    </Box>
  );
}

function Count({ value }: { value: string | undefined }) {
  if (value === undefined || value === "0") return null;
  return (
    <Badge size="sm" variant="light" color="gray" circle={value.length === 1}>
      {value}
    </Badge>
  );
}
