/** The owner's open and visible desktop sends a small picture of itself: after ten seconds, then once a minute. */
import { useEffect } from "react";
import { putThumbnail } from "../../api/desktops";
import type { Instance } from "../../api/types";
import { EVERY_MS, FIRST_MS, photograph } from "../../desktop/thumbnail";
import type { Desktop } from "./useDesktop";

export function useThumbnails({ id, mine }: Instance, { link, live }: Desktop): void {
  const wanted = mine && link.name === "open";
  useEffect(() => {
    if (!wanted) return;
    const take = async () => {
      const canvas = live()?.canvas() ?? null;
      if (document.hidden || canvas === null) return;
      const jpeg = await photograph(canvas);
      if (jpeg === null) return;
      // A picture is a nicety: when it cannot be stored, the next one is a minute away.
      await putThumbnail(id, jpeg).catch((error: unknown) => console.warn("thumbnail not stored", error));
    };
    const first = window.setTimeout(() => void take(), FIRST_MS);
    const rest = window.setInterval(() => void take(), EVERY_MS + FIRST_MS);
    return () => {
      window.clearTimeout(first);
      window.clearInterval(rest);
    };
  }, [wanted, id, live]);
}
