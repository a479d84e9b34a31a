/** Instances: reading them live, and asking for changes. A change shows the server's answer at once, then polls on. */
import { keepPreviousData, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { isStarting } from "../logic/phase";
import { keys, LIVE_MS, WAITING_MS } from "./queries";
import { ask, get, picture, type Answer } from "./request";
import type { Instance, InstancePage, NewInstance } from "./types";

const at = (id: string) => ({ at: { instance_id: id } });

/** `everyMs` is for places that only want to know by and by; while another place looks live, all of them see it. */
export const useInstances = (everyMs: number = LIVE_MS) =>
  useQuery({
    queryKey: keys.instances,
    queryFn: ({ signal }) => get("/api/v1/instances", { query: { limit: 100 }, signal }),
    select: (page) => page.items,
    refetchInterval: everyMs,
  });

export const useInstance = (id: string) =>
  useQuery({
    queryKey: keys.instance(id),
    queryFn: ({ signal }) => ask("get", "/api/v1/instances/{instance_id}", { ...at(id), signal }),
    refetchInterval: ({ state }) => (state.data && isStarting(state.data.data.phase) ? WAITING_MS : LIVE_MS),
  });

export const useInstanceEvents = (id: string) =>
  useQuery({
    queryKey: keys.instanceEvents(id),
    queryFn: ({ signal }) => get("/api/v1/instances/{instance_id}/events", { ...at(id), query: { limit: 50 }, signal }),
    select: (page) => page.items,
    refetchInterval: LIVE_MS,
  });

function remember(client: QueryClient, answer: Answer<Instance>): void {
  client.setQueryData(keys.instance(answer.data.id), answer);
  client.setQueryData<InstancePage>(keys.instances, (page) =>
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
      ask("post", "/api/v1/instances", { body, idempotencyKey: key }),
    onSuccess: (answer) => remember(client, answer),
  });
}

export type Verb = "start" | "stop" | "reboot" | "extend" | "delete";

export function useInstanceAction(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (verb: Verb) =>
      verb === "delete"
        ? ask("delete", "/api/v1/instances/{instance_id}", at(id))
        : ask("post", `/api/v1/instances/{instance_id}/${verb}`, at(id)),
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
      ask("patch", "/api/v1/instances/{instance_id}", { ...at(id), body: { name }, ifMatch: etag }),
    onSuccess: (answer) => remember(client, answer),
  });
}

/** Asks afresh, past every cache: what a conflict needs to be resolved against. */
export const readInstance = (id: string) => ask("get", "/api/v1/instances/{instance_id}", at(id));

/** Fetched anew when the API says that there is a newer one; the older stays in view meanwhile. */
export const useThumbnail = ({ id, has_thumbnail, thumbnail_at }: Instance) =>
  useQuery({
    queryKey: [...keys.instance(id), "thumbnail", thumbnail_at],
    queryFn: ({ signal }) => picture(`/api/v1/instances/${encodeURIComponent(id)}/thumbnail`, signal),
    enabled: has_thumbnail,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
  });
