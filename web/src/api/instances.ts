/** Instances: reading them live, and asking for changes. A change shows the server's answer at once, then polls on. */
import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { keys, LIVE_MS } from "./queries";
import { ask, get, type Answer } from "./request";
import type { Event, Instance, NewInstance, Page } from "./types";

const one = (id: string, rest = "") => `/api/v1/instances/${encodeURIComponent(id)}${rest}`;

export const useInstances = () =>
  useQuery({
    queryKey: keys.instances,
    queryFn: ({ signal }) => get<Page<Instance>>("/api/v1/instances", { query: { limit: 100 }, signal }),
    select: (page) => page.items,
    refetchInterval: LIVE_MS,
  });

export const useInstance = (id: string) =>
  useQuery({
    queryKey: keys.instance(id),
    queryFn: ({ signal }) => ask<Instance>(one(id), { signal }),
    refetchInterval: LIVE_MS,
  });

export const useInstanceEvents = (id: string) =>
  useQuery({
    queryKey: keys.instanceEvents(id),
    queryFn: ({ signal }) => get<Page<Event>>(one(id, "/events"), { query: { limit: 50 }, signal }),
    select: (page) => page.items,
    refetchInterval: LIVE_MS,
  });

function remember(client: QueryClient, answer: Answer<Instance>): void {
  client.setQueryData(keys.instance(answer.data.id), answer);
  client.setQueryData<Page<Instance>>(keys.instances, (page) =>
    page && { ...page, items: page.items.map((each) => (each.id === answer.data.id ? answer.data : each)) },
  );
  void client.invalidateQueries({ queryKey: keys.instances });
  void client.invalidateQueries({ queryKey: keys.instance(answer.data.id) });
  void client.invalidateQueries({ queryKey: keys.me });
}

/** `key` makes a second click, or a repeat after a lost answer, create nothing twice. */
export function useCreateInstance() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ body, key }: { body: NewInstance; key: string }) =>
      ask<Instance>("/api/v1/instances", { method: "POST", body, idempotencyKey: key }),
    onSuccess: (answer) => remember(client, answer),
  });
}

export type Verb = "start" | "stop" | "reboot" | "extend" | "delete";

export function useInstanceAction(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (verb: Verb) =>
      verb === "delete" ? ask<Instance>(one(id), { method: "DELETE" }) : ask<Instance>(one(id, `/${verb}`), { method: "POST" }),
    onSuccess: (answer) => {
      remember(client, answer);
      void client.invalidateQueries({ queryKey: keys.bin });
    },
  });
}

export function useRename(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, etag }: { name: string; etag: string }) =>
      ask<Instance>(one(id), { method: "PATCH", body: { name }, ifMatch: etag }),
    onSuccess: (answer) => remember(client, answer),
  });
}

/** Asks afresh, past every cache: what a conflict needs to be resolved against. */
export const readInstance = (id: string) => ask<Instance>(one(id));

export const thumbnailUrl = (instance: Instance): string | null =>
  instance.has_thumbnail ? one(instance.id, `/thumbnail?at=${encodeURIComponent(instance.thumbnail_at ?? "")}`) : null;
