/** Who could not be told by mail yet, and telling them in person. For administrators. */
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys, LIVE_MS } from "./queries";
import { ask, get } from "./request";
import type { components } from "./schema.gen";

export type Untold = components["schemas"]["Untold"];

export const useUntold = () =>
  useInfiniteQuery({
    queryKey: keys.untold,
    queryFn: ({ pageParam, signal }) => get("/api/v1/admin/notices/pending", { query: { cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: LIVE_MS,
  });

export function useTellInPerson(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (how: string) => ask("post", "/api/v1/admin/notices/{notice_id}/told", { at: { notice_id: id }, body: { how } }),
    onSettled: () => Promise.all([keys.untold, keys.forecast].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
