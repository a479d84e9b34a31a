/** What the desktop looked like lately, or a quiet placeholder of the same size, so that nothing jumps. */
import { Box } from "@mantine/core";
import { Monitor } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { thumbnailUrl } from "../api/instances";
import type { Instance } from "../api/types";
import { isOnItsWay } from "./Phase";

export function Thumbnail({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const url = thumbnailUrl(instance);
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <Box className="thumbnail" data-busy={isOnItsWay(instance.phase)} data-dim={instance.phase !== "running"}>
      {url !== null && broken !== url ? (
        <img src={url} alt={t("thumbnail.of", { name: instance.name })} onError={() => setBroken(url)} />
      ) : (
        <Monitor size={40} strokeWidth={1.2} aria-hidden />
      )}
    </Box>
  );
}
