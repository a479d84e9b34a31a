/** Asking for more time than policy gives, and answering. What was answered shows at once on both sides. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { keys, LIVE_MS } from "./queries";
import { ask, get } from "./request";
import type { components } from "./schema.gen";
import { useMe } from "./site";
import type { Instance } from "./types";

type Schemas = components["schemas"];

export type ExtensionRequest = Schemas["ExtensionRequest"];
export type RequestToAnswer = Schemas["RequestToAnswer"];

const EVERY_MS = 15_000;
const at = (id: string) => ({ at: { instance_id: id } });

/** No extension gives any more time, now or later: only support and admins can. */
export const canOnlyAsk = ({ mine, actions: { extend } }: Instance): boolean => mine && !extend.allowed && extend.code === "longest_life";

/** The newest request for an instance, or null; asked for only where there may be one. */
export const useLatestRequest = (instance: Instance, everyMs: number = EVERY_MS) =>
  useQuery({
    queryKey: keys.extensionRequests(instance.id),
    queryFn: ({ signal }) => get("/api/v1/instances/{instance_id}/extension-requests", { ...at(instance.id), query: { limit: 1 }, signal }),
    select: ({ items }): ExtensionRequest | null => items[0] ?? null,
    enabled: canOnlyAsk(instance),
    refetchInterval: everyMs,
  });

function useRefresh(instanceId: string) {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: keys.extensionRequests(instanceId) });
    void client.invalidateQueries({ queryKey: keys.instance(instanceId) });
    void client.invalidateQueries({ queryKey: keys.instances });
    void client.invalidateQueries({ queryKey: keys.requestsToAnswer });
  };
}

export function useAskForTime(instanceId: string) {
  return useMutation({
    mutationFn: (body: { reason: string; until: string }) =>
      ask("post", "/api/v1/instances/{instance_id}/extension-requests", { ...at(instanceId), body }),
    onSettled: useRefresh(instanceId),
  });
}

export function useWithdraw({ id, instance_id: instanceId }: ExtensionRequest) {
  return useMutation({
    mutationFn: () =>
      ask("delete", "/api/v1/instances/{instance_id}/extension-requests/{request_id}", {
        at: { instance_id: instanceId, request_id: id },
      }),
    onSettled: useRefresh(instanceId),
  });
}

/** Whether this person answers requests at all; whose, the API decides. */
export function useIsSupport(): boolean {
  const roles = useMe().data?.roles ?? [];
  return ["admin", "it_support", "instrument_scientist"].some((role) => roles.includes(role));
}

export const useRequestsToAnswer = (includeAnswered: boolean, everyMs: number = LIVE_MS) => {
  const isSupport = useIsSupport();
  return useInfiniteQuery({
    queryKey: [...keys.requestsToAnswer, includeAnswered],
    queryFn: ({ pageParam, signal }) =>
      get("/api/v1/support/extension-requests", { query: { include_answered: includeAnswered, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    enabled: isSupport,
    refetchInterval: everyMs,
  });
};

/** `until` null refuses. */
export interface Reply {
  until: string | null;
  words: string;
}

export function useReply({ id, instance_id: instanceId }: RequestToAnswer) {
  const to = { at: { request_id: id } };
  return useMutation({
    mutationFn: ({ until, words }: Reply) =>
      until === null
        ? ask("post", "/api/v1/support/extension-requests/{request_id}/refuse", { ...to, body: { words } })
        : ask("post", "/api/v1/support/extension-requests/{request_id}/grant", { ...to, body: { until, words } }),
    onSettled: useRefresh(instanceId),
  });
}
