/** Who runs this, and who is signed in. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Problem } from "./problem";
import { keys } from "./queries";
import { exchange, get } from "./request";
import type { Me } from "./types";

export const useSite = () =>
  useQuery({ queryKey: keys.site, queryFn: ({ signal }) => get("/api/v1/site", { signal }), staleTime: 300_000 });

/** The signed-in person, or null when nobody is. */
export const useMe = () =>
  useQuery({
    queryKey: keys.me,
    refetchInterval: 15_000,
    queryFn: async ({ signal }): Promise<Me | null> => {
      try {
        return await get("/api/v1/me", { signal });
      } catch (error) {
        if (error instanceof Problem && error.status === 401) return null;
        throw error;
      }
    },
  });

export const useSignOut = () =>
  useMutation({
    mutationFn: () => exchange<{ redirect: string | null }>("post", "/auth/logout"),
    onSuccess: ({ data }) => window.location.assign(data.redirect ?? "/sign-in"),
  });
