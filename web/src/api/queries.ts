/** The query client: how long answers hold, what is tried again, and what an ended session does to open pages. */
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { Problem, Unreachable } from "./problem";

/** Open pages show a change within two seconds; hidden pages ask nothing. */
export const LIVE_MS = 1500;
/** Somebody watches a start: the desktop opens as soon as it is ready. */
export const WAITING_MS = 400;

export const keys = {
  site: ["site"] as const,
  me: ["me"] as const,
  instruments: ["instruments"] as const,
  experiments: (filter: object) => ["experiments", filter] as const,
  experiment: (id: string) => ["experiment", id] as const,
  images: ["images"] as const,
  flavours: ["flavours"] as const,
  instances: ["instances"] as const,
  instance: (id: string) => ["instance", id] as const,
  instanceEvents: (id: string) => ["instance", id, "events"] as const,
  outlook: (of: "instance" | "workspace", id: string) => [of, id, "outlook"] as const,
  bin: ["workspaces", "bin"] as const,
  events: ["events"] as const,
  told: ["told"] as const,
  extensionRequests: (id: string) => ["instance", id, "extension-requests"] as const,
  requestsToAnswer: ["requests-to-answer"] as const,
  holds: ["admin", "holds"] as const,
  forecast: ["admin", "forecast"] as const,
  untold: ["admin", "untold"] as const,
  reclaimSwitch: ["admin", "reclaim-switch"] as const,
  adminEntries: (kind: string) => ["admin", kind] as const,
  cloudOffers: ["admin", "cloud-offers"] as const,
};

const isWorthRetrying = (error: Error) => error instanceof Unreachable || (error instanceof Problem && error.status >= 500);

export function makeQueryClient(): QueryClient {
  const sessionMayHaveEnded = (error: Error) => {
    if (error instanceof Problem && error.status === 401) void client.invalidateQueries({ queryKey: keys.me });
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: sessionMayHaveEnded }),
    mutationCache: new MutationCache({ onError: sessionMayHaveEnded }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => failures < 2 && isWorthRetrying(error),
        // Asking is how we find out whether the server is back; the browser's idea of "online" is only a guess.
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
  return client;
}
