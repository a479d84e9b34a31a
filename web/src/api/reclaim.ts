/** What keeps things from being taken back: holds on single ones, and the switch for all. For administrators. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { keys, LIVE_MS } from "./queries";
import { ask, get } from "./request";
import type { components } from "./schema.gen";
import { useMe } from "./site";

type Schemas = components["schemas"];

export type Hold = Schemas["Hold"];
export type NewHold = Schemas["NewHold"];
export type Switch = Schemas["Switch"];

/** For administrators alone: nobody else is told. */
export const useSwitch = (everyMs: number = LIVE_MS) => {
  const isAdmin = useMe().data?.roles.includes("admin") === true;
  return useQuery({
    queryKey: keys.reclaimSwitch,
    queryFn: ({ signal }) => get("/api/v1/admin/reclaim/switch", { signal }),
    enabled: isAdmin,
    refetchInterval: everyMs,
  });
};

export function useThrowSwitch() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { stopped: boolean; reason?: string }) => ask("put", "/api/v1/admin/reclaim/switch", { body }),
    onSuccess: ({ data }) => client.setQueryData(keys.reclaimSwitch, data),
  });
}

export const useHolds = (includeOver: boolean) =>
  useInfiniteQuery({
    queryKey: [...keys.holds, includeOver],
    queryFn: ({ pageParam, signal }) => get("/api/v1/admin/holds", { query: { include_over: includeOver, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: LIVE_MS,
  });

/** Decided anew with each answer, page by page; own changes are fetched at once. */
const FORESEEN_MS = 5_000;

export type Planned = Schemas["Planned"];

export const useForecast = (days: number) =>
  useInfiniteQuery({
    queryKey: [...keys.forecast, days],
    queryFn: ({ pageParam, signal }) => get("/api/v1/admin/reclaim/forecast", { query: { days, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: FORESEEN_MS,
  });

export function usePlaceHold() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewHold) => ask("post", "/api/v1/admin/holds", { body }),
    onSettled: () => Promise.all([keys.holds, keys.forecast].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}

export function useReleaseHold(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => ask("delete", "/api/v1/admin/holds/{hold_id}", { at: { hold_id: id } }),
    onSettled: () => Promise.all([keys.holds, keys.forecast].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
