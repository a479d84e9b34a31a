/** When an instance is taken back and for what, in a sentence: by its time, because nobody uses it, or never. */
import { Trans, useTranslation } from "react-i18next";
import type { Instance } from "../api/types";
import { useNow } from "../logic/useNow";
import { Time } from "./Time";

export function EndsIn({ instance: { ends } }: { instance: Instance }) {
  const { t } = useTranslation();
  const now = useNow();
  if (ends.at === null) return t("expiry.held");
  const over = Date.parse(ends.at) <= now;
  return <Trans i18nKey={over ? "expiry.over" : `expiry.by.${ends.why}`} components={{ when: <Time at={ends.at} /> }} />;
}

export const isOver = ({ ends }: Instance, now: number): boolean => ends.at !== null && Date.parse(ends.at) <= now;
