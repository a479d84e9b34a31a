/** The one big button that an instance offers now, and the menu with the rest. */
import { ActionIcon, Menu } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { EllipsisVertical, Info, ListChecks, MonitorPlay, Play, Power, RotateCcw, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useInstanceAction, type Verb } from "../api/instances";
import type { Instance } from "../api/types";
import { paths } from "../paths";
import { ActionButton } from "./ActionButton";
import { DeleteInstance } from "./DeleteInstance";
import { notifyError } from "./notify";
import { isOnItsWay } from "../logic/phase";

const ALLOWED = { allowed: true, code: null, reason: null } as const;

export function MainAction({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const act = useInstanceAction(instance.id);
  if (isOnItsWay(instance.phase)) {
    return (
      <ActionButton action={ALLOWED} to={paths.progress(instance.id)} variant="light" size="md" leftSection={<ListChecks size={18} />}>
        {t("action.progress")}
      </ActionButton>
    );
  }
  if (!instance.actions.connect.allowed && instance.actions.start.allowed) {
    const start = () => act.mutate("start", { onError: notifyError });
    return (
      <ActionButton action={instance.actions.start} size="md" leftSection={<Play size={18} />} loading={act.isPending} onClick={start}>
        {t(instance.phase === "failed" ? "action.tryAgain" : "action.start")}
      </ActionButton>
    );
  }
  return (
    <ActionButton action={instance.actions.connect} to={paths.desktop(instance.id)} size="md" leftSection={<MonitorPlay size={18} />}>
      {t("action.connect")}
    </ActionButton>
  );
}

const VERBS = [
  { verb: "start", icon: <Play size={16} /> },
  { verb: "stop", icon: <Power size={16} /> },
  { verb: "reboot", icon: <RotateCcw size={16} /> },
] as const;

export function InstanceMenu({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const act = useInstanceAction(instance.id);
  const [deleting, dialog] = useDisclosure(false);
  const run = (verb: Verb) => act.mutate(verb, { onError: notifyError });
  return (
    <>
      <Menu position="bottom-end" width={270} withinPortal withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <ActionIcon variant="default" size={42} aria-label={t("action.more", { name: instance.name })}>
            <EllipsisVertical size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item component={Link} to={paths.instance(instance.id)} leftSection={<Info size={16} />}>
            {t("action.details")}
          </Menu.Item>
          {VERBS.map(({ verb, icon }) => (
            <Choice key={verb} label={t(`action.${verb}`)} icon={icon} action={instance.actions[verb]} onClick={() => run(verb)} />
          ))}
          <Choice label={t("action.delete")} icon={<Trash2 size={16} />} action={instance.actions.delete} danger onClick={dialog.open} />
        </Menu.Dropdown>
      </Menu>
      <DeleteInstance instance={instance} opened={deleting} onClose={dialog.close} />
    </>
  );
}

interface ChoiceProps {
  label: string;
  icon: React.ReactNode;
  action: Instance["actions"]["start"];
  danger?: boolean;
  onClick: () => void;
}

/** Stays reachable by keyboard when refused, so that its reason can be read. */
function Choice({ label, icon, action, danger = false, onClick }: ChoiceProps) {
  const { t } = useTranslation();
  if (!action.allowed) {
    return (
      <Menu.Item leftSection={icon} aria-disabled className="refused" closeMenuOnClick={false}>
        {label}
        <span className="refused-reason">{action.reason ?? t("action.refused")}</span>
      </Menu.Item>
    );
  }
  return (
    <Menu.Item leftSection={icon} {...(danger && { color: "red" })} onClick={onClick}>
      {label}
    </Menu.Item>
  );
}
