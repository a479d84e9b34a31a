/** Who is signed in, how the pages look, sign out. In a popover of the header, and in the small menu. */
import { Avatar, Button, NavLink, Popover, SegmentedControl, Stack, Text, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { ChevronDown, History, LogOut } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useMe, useSignOut } from "../api/site";
import type { Me } from "../api/types";
import { paths } from "../paths";
import { notifyError } from "./notify";

const KNOWN_ROLES = ["user", "staff", "instrument_scientist", "it_support", "instrument_control", "support", "admin"] as const;
type KnownRole = (typeof KNOWN_ROLES)[number];
const isKnownRole = (role: string): role is KnownRole => (KNOWN_ROLES as readonly string[]).includes(role);

const firstLetter = (word: string) => new Intl.Segmenter().segment(word)[Symbol.iterator]().next().value?.segment ?? "";

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((part) => firstLetter(part))
    .filter((_, index, all) => index === 0 || index === all.length - 1)
    .join("")
    .toUpperCase();

function Who({ me }: { me: Me }) {
  const { t } = useTranslation();
  const roles = me.guest ? [t("person.guest")] : me.roles.map((role) => (isKnownRole(role) ? t(`role.${role}`) : role));
  return (
    <Stack gap={2}>
      <Text fw={600} className="wrap-anywhere">
        {me.name}
      </Text>
      <Text size="sm" c="dimmed" className="wrap-anywhere">
        {me.email}
      </Text>
      <Text size="sm" c="dimmed">
        {[roles.join(", "), me.login].filter(Boolean).join(" · ")}
      </Text>
    </Stack>
  );
}

function SchemeChoice() {
  const { t } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      fullWidth
      size="xs"
      aria-label={t("person.scheme")}
      value={colorScheme}
      onChange={(value) => setColorScheme(value === "light" || value === "dark" ? value : "auto")}
      data={(["light", "dark", "auto"] as const).map((value) => ({ value, label: t(`scheme.${value}`) }))}
    />
  );
}

export function PersonMenu() {
  const { t } = useTranslation();
  const me = useMe().data;
  const [opened, { toggle, close }] = useDisclosure(false);
  if (!me) return null;
  return (
    <Popover opened={opened} onDismiss={close} position="bottom-end" width={290} shadow="md" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <UnstyledButton className="nav-link" aria-label={t("person.menu", { name: me.name })} onClick={toggle}>
          <Avatar size={28} color="petrol" variant="filled" radius="xl">
            {initials(me.name)}
          </Avatar>
          <ChevronDown size={15} aria-hidden />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={t("person.menu", { name: me.name })}>
        <PersonPanel onDone={close} />
      </Popover.Dropdown>
    </Popover>
  );
}

export function PersonPanel({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const me = useMe().data;
  const signOut = useSignOut();
  if (!me) return null;
  return (
    <Stack gap="sm">
      <Who me={me} />
      <SchemeChoice />
      <NavLink component={Link} to={paths.activity()} label={t("nav.activity")} leftSection={<History size={16} />} onClick={onDone} />
      <Button
        variant="default"
        leftSection={<LogOut size={16} />}
        loading={signOut.isPending}
        onClick={() => signOut.mutate(undefined, { onError: notifyError })}
      >
        {t("person.signOut")}
      </Button>
    </Stack>
  );
}
