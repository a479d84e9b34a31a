/** What can be chosen on New: experiments, images, flavours. */
import { keepPreviousData, useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { keys } from "./queries";
import { get } from "./request";
import type { Experiment, Flavour, Image, Instrument, Page } from "./types";

export interface ExperimentFilter {
  scope: "mine" | "open";
  q: string;
  instrument: string | null;
}

export const useExperiments = (filter: ExperimentFilter) =>
  useInfiniteQuery({
    queryKey: keys.experiments(filter),
    queryFn: ({ pageParam, signal }) =>
      get<Page<Experiment>>("/api/v1/experiments", { query: { ...filter, cursor: pageParam, limit: 20 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });

/** The chosen ones by id: a deep link names experiments that no list has loaded yet. */
export const useChosenExperiments = (ids: readonly string[]) =>
  useQueries({
    queries: ids.map((id) => ({
      queryKey: keys.experiment(id),
      queryFn: () => get<Experiment>(`/api/v1/experiments/${encodeURIComponent(id)}`),
      staleTime: 60_000,
    })),
  });

const list = <T>(path: string) => async ({ signal }: { signal: AbortSignal }) =>
  (await get<{ items: T[] }>(path, { signal, query: { limit: 100 } })).items;

export const useInstruments = () =>
  useQuery({ queryKey: keys.instruments, queryFn: list<Instrument>("/api/v1/instruments"), staleTime: 300_000 });

export const useImages = () =>
  useQuery({ queryKey: keys.images, queryFn: list<Image>("/api/v1/images"), staleTime: 60_000 });

/** What is free changes while one reads. */
export const useFlavours = () =>
  useQuery({ queryKey: keys.flavours, queryFn: list<Flavour>("/api/v1/flavours"), refetchInterval: 10_000 });
