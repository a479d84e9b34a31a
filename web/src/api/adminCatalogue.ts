/**
 * What an administrator puts on offer: images and flavours with whom they are for, and what the cloud has.
 * A change shows the server's answer at once; what people see on New is asked afresh after it.
 */
import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { keys } from "./queries";
import { exchange, get } from "./request";
import type { components } from "./schema.gen";

type Schemas = components["schemas"];

export type Kind = "images" | "flavours";
export type AdminImage = Schemas["AdminImage"];
export type AdminFlavour = Schemas["AdminFlavour"];
export type AdminEntry = AdminImage | AdminFlavour;
export type Lifetimes = Schemas["Lifetimes"];
export type CloudOffers = Schemas["CloudOffers"];
export type CloudOffer = Partial<Schemas["CloudImage"] & Schemas["CloudFlavour"]> & Pick<Schemas["CloudImage"], "cloud" | "name" | "ref">;
export type Protocol = AdminImage["protocols"][number];
export type LifetimeRole = keyof Lifetimes;
export type LifetimeField = keyof Schemas["Lifetime"];
export const LIFETIME_ROLES = ["user", "staff", "guest"] as const satisfies readonly LifetimeRole[];
export const LIFETIME_FIELDS = ["lifetime_d", "extension_d", "max_lifetime_d"] as const satisfies readonly LifetimeField[];
export const PROTOCOLS = ["rfb", "vnc", "rdp", "ssh", "jupyter"] as const satisfies readonly Protocol[];

interface EntryPage<T> {
  items: T[];
  next: string | null;
}

const listed = <T>(kind: Kind) => ({
  queryKey: keys.adminEntries(kind),
  queryFn: async ({ signal }: { signal: AbortSignal }) =>
    (await exchange<EntryPage<T>>("get", `/api/v1/admin/${kind}?include_retired=true&limit=100`, { signal })).data.items,
  refetchInterval: 10_000,
});

export const useAdminImages = () => useQuery(listed<AdminImage>("images"));
export const useAdminFlavours = () => useQuery(listed<AdminFlavour>("flavours"));

export const useCloudOffers = () =>
  useQuery({
    queryKey: keys.cloudOffers,
    queryFn: ({ signal }) => get("/api/v1/admin/cloud-offers", { signal }),
    staleTime: 60_000,
  });

function remember(client: QueryClient, kind: Kind, entry: AdminEntry): void {
  client.setQueryData<AdminEntry[]>(keys.adminEntries(kind), (before) =>
    before?.some(({ id }) => id === entry.id) === true
      ? before.map((each) => (each.id === entry.id ? entry : each))
      : before && [...before, entry],
  );
  void client.invalidateQueries({ queryKey: keys.adminEntries(kind) });
  void client.invalidateQueries({ queryKey: kind === "images" ? keys.images : keys.flavours });
}

export interface Save {
  /** What was open when the form was filled in, or null for a new entry. */
  entry: { id: string; revision: number } | null;
  body: object;
}

/** A change is bound to what was seen (If-Match): somebody else's change in between is a conflict (412). */
export function useSaveEntry(kind: Kind) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ entry, body }: Save) =>
      entry === null
        ? exchange<AdminEntry>("post", `/api/v1/admin/${kind}`, { body })
        : exchange<AdminEntry>("patch", at(kind, entry.id), { body, ifMatch: `"${entry.revision}"` }),
    onSuccess: ({ data }) => remember(client, kind, data),
  });
}

export function useRetire(kind: Kind, id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (verb: "retire" | "bring-back") => exchange<AdminEntry>("post", `${at(kind, id)}/${verb}`, {}),
    onSuccess: ({ data }) => remember(client, kind, data),
  });
}

/** Asks afresh, past every cache: what a conflict is resolved against. */
export const readEntry = async (kind: Kind, id: string) => (await exchange<AdminEntry>("get", at(kind, id))).data;

const at = (kind: Kind, id: string) => `/api/v1/admin/${kind}/${encodeURIComponent(id)}`;
