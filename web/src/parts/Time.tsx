/** A moment, relative in words; its exact time in the person's zone on hover. */
import { exact, relative } from "../logic/time";
import { useNow } from "../logic/useNow";
import { useLocale } from "./useLocale";

export function Time({ at }: { at: string }) {
  const locale = useLocale();
  const moment = Date.parse(at);
  return (
    <time dateTime={at} title={exact(moment, locale)}>
      <Relative moment={moment} />
    </time>
  );
}

function Relative({ moment }: { moment: number }) {
  const locale = useLocale();
  const coarse = useNow();
  return Math.abs(moment - coarse) < 120_000 && moment > coarse ? <Precise moment={moment} /> : relative(moment, coarse, locale);
}

function Precise({ moment }: { moment: number }) {
  const locale = useLocale();
  return relative(moment, useNow("fine"), locale);
}
