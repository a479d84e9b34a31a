/** What can be chosen on New: experiments, images, flavours. */
import { keepPreviousData, useInfiniteQuery, useQueries, useQuery } from "@tanstack/react-query";
import { keys } from "./queries";
import { get } from "./request";

export interface ExperimentFilter {
  scope: "mine" | "open";
  q: string;
  instrument: string | null;
}

export const useExperiments = (filter: ExperimentFilter) =>
  useInfiniteQuery({
    queryKey: keys.experiments(filter),
    queryFn: ({ pageParam, signal }) =>
      get("/api/v1/experiments", { query: { ...filter, cursor: pageParam, limit: 20 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    placeholderData: keepPreviousData,
  });

/** The chosen ones by id: a deep link names experiments that no list has loaded yet. */
export const useChosenExperiments = (ids: readonly string[]) =>
  useQueries({
    queries: ids.map((id) => ({
      queryKey: keys.experiment(id),
      queryFn: () => get("/api/v1/experiments/{experiment_id}", { at: { experiment_id: id } }),
      staleTime: 60_000,
    })),
  });

/** These catalogues are small by nature: one page holds them. */
const ALL = { limit: 100 };

export const useInstruments = () =>
  useQuery({
    queryKey: keys.instruments,
    queryFn: async ({ signal }) => (await get("/api/v1/instruments", { query: ALL, signal })).items,
    staleTime: 300_000,
  });

export const useImages = () =>
  useQuery({
    queryKey: keys.images,
    queryFn: async ({ signal }) => (await get("/api/v1/images", { query: ALL, signal })).items,
    staleTime: 60_000,
  });

/** What is free changes while one reads, and with the experiments that it would be for. */
export const useFlavours = (experimentIds: readonly string[]) =>
  useQuery({
    queryKey: [...keys.flavours, experimentIds],
    queryFn: async ({ signal }) =>
      (await get("/api/v1/flavours", { query: { ...ALL, experiment_ids: [...experimentIds] }, signal })).items,
    refetchInterval: 10_000,
    placeholderData: keepPreviousData,
  });
