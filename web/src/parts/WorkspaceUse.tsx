/** How large a workspace is, and how full where the cloud tells. */
import { gib } from "../logic/size";
import { Meter } from "./Meter";
import { useLocale } from "./useLocale";

export function WorkspaceUse({ workspace: { size_gib, used_bytes } }: { workspace: { size_gib: number; used_bytes: number | null } }) {
  const locale = useLocale();
  return used_bytes === null ? <>{gib(size_gib, locale)}</> : <Meter use={{ used: used_bytes, size: size_gib * 1024 ** 3 }} />;
}
