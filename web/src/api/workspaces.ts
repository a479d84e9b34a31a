/** The recycle bin, what happened to me, and what I was told. */
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys, LIVE_MS } from "./queries";
import { ask, get } from "./request";

export const useBin = () =>
  useInfiniteQuery({
    queryKey: keys.bin,
    queryFn: ({ pageParam, signal }) => get("/api/v1/workspaces", { query: { state: "bin", cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: LIVE_MS,
  });

const at = (id: string) => ({ at: { workspace_id: id } });

/** What the new desktop should have instead of what the last one had. */
interface Changes {
  image_id?: string;
  flavour_id?: string;
}

export function useRestore(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (changes: Changes) => ask("post", "/api/v1/workspaces/{workspace_id}/restore", { ...at(id), body: changes }),
    onSuccess: (answer) => {
      client.setQueryData(keys.instance(answer.data.id), answer);
      void client.invalidateQueries({ queryKey: keys.bin });
      void client.invalidateQueries({ queryKey: keys.instances });
      void client.invalidateQueries({ queryKey: keys.me });
    },
  });
}

export function useDeleteForEver(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (confirmName: string) => ask("delete", "/api/v1/workspaces/{workspace_id}", { ...at(id), body: { confirm_name: confirmName } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: keys.bin });
      void client.invalidateQueries({ queryKey: keys.me });
    },
  });
}

export const useMyEvents = () =>
  useInfiniteQuery({
    queryKey: keys.events,
    queryFn: ({ pageParam, signal }) => get("/api/v1/events", { query: { cursor: pageParam, limit: 30 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: 5000,
  });

/** Mail is tried again at longer and longer intervals: nobody waits for the second. */
const TOLD_MS = 15_000;

export const useTold = () =>
  useInfiniteQuery({
    queryKey: keys.told,
    queryFn: ({ pageParam, signal }) => get("/api/v1/notices", { query: { cursor: pageParam, limit: 10 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: TOLD_MS,
  });
