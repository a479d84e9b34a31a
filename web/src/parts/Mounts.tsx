/** Which folders are there inside the desktop, and what may be done in them, in words. */
import { Badge, Code, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { MountModes } from "../api/types";

interface Folder {
  path: string;
  mode: "ro" | "rw" | "home";
}

const COLOURS = { ro: "gray", rw: "petrol", home: "petrol" } as const;

function foldersOf({ id, mounts }: { id: string; mounts: MountModes }): Folder[] {
  return [
    ...(mounts.raw === null ? [] : [{ path: `/data/${id}/raw`, mode: mounts.raw }]),
    ...(mounts.processed === null ? [] : [{ path: `/data/${id}/processed`, mode: mounts.processed }]),
  ];
}

export function Mounts({ experiments, login }: { experiments: readonly { id: string; mounts: MountModes }[]; login: string | null }) {
  const { t } = useTranslation();
  const folders: Folder[] = [{ path: login === null ? "/home" : `/home/${login}`, mode: "home" }, ...experiments.flatMap(foldersOf)];
  const closed = experiments.filter(({ mounts }) => mounts.raw === null && mounts.processed === null);
  return (
    <Stack gap={6}>
      <Stack component="ul" gap={6} className="tags">
        {folders.map(({ path, mode }) => (
          <li key={path} className="mount">
            <Code className="wrap-anywhere">{path}</Code>
            <Badge size="sm" variant="light" color={COLOURS[mode]} tt="none">
              {t(`mount.${mode}`)}
            </Badge>
          </li>
        ))}
      </Stack>
      {experiments.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("mount.none")}
        </Text>
      )}
      {closed.map(({ id }) => (
        <Text key={id} size="sm" c="dimmed">
          {t("mount.closed", { id })}
        </Text>
      ))}
    </Stack>
  );
}
