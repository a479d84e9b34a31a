/** What will come to an instance or workspace. Decided anew by the server each time: people extend, mail is delivered. */
import { useQuery } from "@tanstack/react-query";
import { keys } from "./queries";
import { get } from "./request";

const EVERY_MS = 20_000;

export const useOutlook = (of: "instance" | "workspace", id: string) =>
  useQuery({
    queryKey: keys.outlook(of, id),
    queryFn: ({ signal }) =>
      of === "instance"
        ? get("/api/v1/instances/{instance_id}/outlook", { at: { instance_id: id }, signal })
        : get("/api/v1/workspaces/{workspace_id}/outlook", { at: { workspace_id: id }, signal }),
    refetchInterval: EVERY_MS,
  });
