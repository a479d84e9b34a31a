/** What the desktop looked like lately, or a quiet placeholder of the same size, so that nothing jumps. */
import { Box } from "@mantine/core";
import { Monitor } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useThumbnail } from "../api/instances";
import type { Instance } from "../api/types";
import { isOnItsWay } from "../logic/phase";

export function Thumbnail({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const picture = useThumbnail(instance).data;
  return (
    <Box className="thumbnail" data-busy={isOnItsWay(instance.phase)} data-dim={instance.phase !== "running"}>
      {instance.has_thumbnail && picture !== undefined ? (
        <img src={picture} alt={t("thumbnail.of", { name: instance.name })} />
      ) : (
        <Monitor size={40} strokeWidth={1.2} aria-hidden />
      )}
    </Box>
  );
}
