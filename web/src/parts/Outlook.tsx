/** What will happen, as a line of stages: what was told, now, what comes, and what becomes of the files in the end. */
import { Skeleton, Text } from "@mantine/core";
import { Archive, CircleDot, FileX2, MailCheck, MailWarning, Mail, Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useOutlook } from "../api/outlook";
import type { Outlook as Foreseen, Stage } from "../api/types";
import { day } from "../logic/time";
import { ErrorPanel } from "./ErrorPanel";
import { Time } from "./Time";
import { useLocale } from "./useLocale";

export function Outlook({ of, id }: { of: "instance" | "workspace"; id: string }) {
  const outlook = useOutlook(of, id);
  if (outlook.data !== undefined) return <Line outlook={outlook.data} />;
  return outlook.isError ? <ErrorPanel error={outlook.error} onRetry={() => void outlook.refetch()} /> : <Skeleton h={90} />;
}

function Line({ outlook: { stages, why, off, says } }: { outlook: Foreseen }) {
  const { t } = useTranslation();
  if (stages.length === 0) {
    return (
      <Text size="sm" className="wrap-anywhere">
        {off === null ? t("outlook.nothing") : `${t("outlook.held")} ${says}`}
      </Text>
    );
  }
  const told = stages.filter((stage) => stage.delivered);
  const coming = stages.filter((stage) => !stage.delivered);
  return (
    <div className="across">
      <ol className="outlook" aria-label={t("outlook.title")}>
        {told.map((stage) => (
          <Step key={stage.what + stage.at} stage={stage} why={why} />
        ))}
        <li className="outlook-step" data-what="now">
          <Mark icon={<CircleDot size={15} />} />
          <Text size="sm" fw={600}>
            {t("outlook.now")}
          </Text>
        </li>
        {coming.map((stage) => (
          <Step key={stage.what + stage.at} stage={stage} why={why} />
        ))}
      </ol>
      {off !== null && (
        <Text size="sm" mt="sm" className="wrap-anywhere">
          {says}
        </Text>
      )}
    </div>
  );
}

const ICONS: Record<Stage["what"], ReactNode> = {
  warning: <Mail size={15} />,
  taken: <Undo2 size={15} />,
  archived: <Archive size={15} />,
  deleted: <FileX2 size={15} />,
};

const iconOf = ({ what, delivered, waits }: Stage): ReactNode =>
  delivered ? <MailCheck size={15} /> : waits ? <MailWarning size={15} /> : ICONS[what];

function Step({ stage, why }: { stage: Stage; why: Foreseen["why"] }) {
  const { t } = useTranslation();
  const on = day(Date.parse(stage.at), useLocale());
  return (
    <li className="outlook-step" data-what={stage.what} data-done={stage.delivered}>
      <Mark icon={iconOf(stage)} />
      <div className="shrink">
        <Text size="sm" fw={stage.what === "warning" ? 400 : 600}>
          {words(t, stage, why)}
        </Text>
        {!stage.waits && (
          <Text size="sm" c="dimmed">
            {stage.follows ? (
              t("outlook.earliest", { day: on })
            ) : (
              <>
                <Time at={stage.at} /> · {on}
              </>
            )}
          </Text>
        )}
      </div>
    </li>
  );
}

function words(t: ReturnType<typeof useTranslation>["t"], { what, delivered, waits }: Stage, why: Foreseen["why"]): string {
  if (what === "taken") return t(`outlook.taken.${why === "idle" || why === "quota" ? why : "lifetime"}`);
  if (what !== "warning") return t(`outlook.${what}`);
  return t(delivered ? "outlook.warned" : waits ? "outlook.unwarned" : "outlook.warning");
}

const Mark = ({ icon }: { icon: ReactNode }) => (
  <span className="outlook-mark" aria-hidden>
    {icon}
  </span>
);
