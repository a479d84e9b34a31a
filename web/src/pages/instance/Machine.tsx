/** How the machine is, by its own word; what to do where something is wrong with it comes first. */
import { Alert, Box, Code, Stack, Text } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { InstanceDetail, MachineFacts } from "../../api/types";
import { freshness, homeOf, isTight, loadOf, memoryOf } from "../../logic/machine";
import { isOnItsWay } from "../../logic/phase";
import { Meter } from "../../parts/Meter";
import { Technical } from "../../parts/Technical";
import { Time } from "../../parts/Time";
import { useLocale } from "../../parts/useLocale";
import { Fact } from "./Facts";

export function Machine({ instance }: { instance: InstanceDetail }) {
  const { t } = useTranslation();
  const { machine, phase } = instance;
  if (machine === null) {
    return (
      <Stack gap="sm">
        <Home instance={instance} />
        <Quiet>{isOnItsWay(phase) ? t("machine.notYet") : t("machine.none")}</Quiet>
      </Stack>
    );
  }
  const of = freshness(machine, phase);
  return (
    <Stack gap="md">
      {of === "past" ? <Quiet>{t("machine.past")}</Quiet> : <Warnings machine={machine} silent={of === "silent"} />}
      <Home instance={instance} />
      <dl className="facts facts-beside">
        {of !== "past" && <Figures machine={machine} />}
        <Fact name={t("machine.seen")}>
          <Time at={machine.seen_at} />
        </Fact>
      </dl>
    </Stack>
  );
}

const Quiet = ({ children }: { children: ReactNode }) => (
  <Text size="sm" c="dimmed">
    {children}
  </Text>
);

const Tight = ({ children }: { children: ReactNode }) => (
  <Text size="sm" mt={6}>
    {children}
  </Text>
);

function Home({ instance }: { instance: InstanceDetail }) {
  const { t } = useTranslation();
  const home = homeOf(instance);
  if (home === null) return null;
  return (
    <dl className="facts">
      <Fact name={t("machine.home")}>
        <Meter use={home} />
        {isTight(home) && <Tight>{t("machine.homeTight")}</Tight>}
      </Fact>
    </dl>
  );
}

function Figures({ machine }: { machine: MachineFacts }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { load1, cpus, logged_in: people } = machine;
  const memory = memoryOf(machine);
  const load = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(load1);
  return (
    <>
      <Fact name={t("machine.memory")}>
        <Meter use={memory} />
        {isTight(memory) && <Tight>{t("machine.memoryTight")}</Tight>}
      </Fact>
      {machine.disks
        .filter(({ path }) => path !== "/home")
        .map(({ path, used_bytes: used, size_bytes: size }) => (
          <Fact key={path} name={path === "/" ? t("machine.disk") : t("machine.otherDisk", { path })}>
            <Meter use={{ used, size }} />
          </Fact>
        ))}
      <Fact name={t("machine.load")}>
        {t(`machine.loadWord.${loadOf(load1, cpus)}`)}
        <Quiet>{t("machine.loadFigure", { load, count: cpus })}</Quiet>
      </Fact>
      {people.length > 0 && <Fact name={t("machine.people")}>{people.join(", ")}</Fact>}
    </>
  );
}

function Warnings({ machine, silent }: { machine: MachineFacts; silent: boolean }) {
  const { t } = useTranslation();
  const { workspace, mounts } = machine;
  const failed = mounts.filter(({ state }) => state === "failed");
  const busy = mounts.filter(({ state }) => state === "busy");
  return (
    <>
      {silent && (
        <Warning title={t("machine.silent")}>
          <Text size="sm">{t("machine.silentWhat")}</Text>
        </Warning>
      )}
      {workspace.state === "formatting" && <Quiet>{t("machine.formatting")}</Quiet>}
      {(workspace.state === "failed" || workspace.state === "missing") && (
        <Warning color="red" title={t("machine.homeGone")}>
          <Text size="sm">{t("machine.homeGoneWhat")}</Text>
          <Technical text={`/home: ${workspace.state}: ${workspace.error}`} />
        </Warning>
      )}
      {failed.length > 0 && (
        <Warning title={t("machine.failed", { count: failed.length })}>
          <Folders of={failed} />
          <Text size="sm">{t("machine.failedWhat")}</Text>
          <Technical text={failed.map(({ target, error }) => `${target}: ${error}`).join("\n")} />
        </Warning>
      )}
      {busy.length > 0 && (
        <Warning title={t("machine.busy", { count: busy.length })}>
          <Folders of={busy} />
          <Text size="sm">{t("machine.busyWhat")}</Text>
        </Warning>
      )}
    </>
  );
}

function Warning({ title, color = "amber", children }: { title: string; color?: string; children: ReactNode }) {
  return (
    <Alert color={color} variant="light" icon={<TriangleAlert size={18} />} title={title}>
      <Stack gap="xs">{children}</Stack>
    </Alert>
  );
}

function Folders({ of }: { of: MachineFacts["mounts"] }) {
  return (
    <Box component="ul" className="tags">
      {of.map(({ target }) => (
        <li key={target}>
          <Code className="wrap-anywhere">{target}</Code>
        </li>
      ))}
    </Box>
  );
}
