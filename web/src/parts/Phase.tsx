/** An instance's phase in words, in a live region: a change is announced, with the instance's name. */
import { Text, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Instance, Phase as PhaseName } from "../api/types";

const TONES: Record<PhaseName, "good" | "busy" | "quiet" | "bad"> = {
  waiting: "busy",
  queued: "busy",
  building: "busy",
  starting: "busy",
  running: "good",
  stopping: "busy",
  stopped: "quiet",
  rebooting: "busy",
  deleting: "busy",
  gone: "quiet",
  failed: "bad",
};

export function Phase({ instance }: { instance: Pick<Instance, "name" | "phase"> }) {
  const { t } = useTranslation();
  return (
    <Text span role="status" size="sm" fw={600} className="phase" data-tone={TONES[instance.phase]}>
      <VisuallyHidden>{instance.name}: </VisuallyHidden>
      {t(`phase.${instance.phase}`)}
    </Text>
  );
}
