/** Every address of the client, built in one place. The route map (routes.tsx) uses `patterns`, links use `paths`. */

export const patterns = {
  signIn: "/sign-in",
  home: "/",
  create: "/new",
  instance: "/instances/:id",
  progress: "/instances/:id/progress",
  desktop: "/instances/:id/desktop",
  bin: "/bin",
  activity: "/activity",
  adminCatalogue: "/admin/catalogue",
  adminReclaim: "/admin/reclaim",
  requests: "/support/requests",
} as const;

const withId = (pattern: string, id: string) => pattern.replace(":id", encodeURIComponent(id));

export const paths = {
  signIn: (next?: string) => (next === undefined ? patterns.signIn : `${patterns.signIn}?next=${encodeURIComponent(next)}`),
  home: () => patterns.home,
  create: (experimentIds: readonly string[] = []) =>
    experimentIds.length === 0
      ? patterns.create
      : `${patterns.create}?${experimentIds.map((id) => `experiment=${encodeURIComponent(id)}`).join("&")}`,
  instance: (id: string) => withId(patterns.instance, id),
  progress: (id: string) => withId(patterns.progress, id),
  desktop: (id: string) => withId(patterns.desktop, id),
  bin: () => patterns.bin,
  activity: () => patterns.activity,
  adminCatalogue: () => patterns.adminCatalogue,
  adminReclaim: () => patterns.adminReclaim,
  requests: () => patterns.requests,
  askForTime: (id: string) => `${withId(patterns.instance, id)}?ask=time`,
  /** Where letters lead that warn of an end. */
  extend: (id: string) => `${withId(patterns.instance, id)}?extend`,
  /** Leaves the client: the provider's page signs the person in and comes back to `next`. */
  login: (next: string) => `/auth/login?next=${encodeURIComponent(safeNext(next))}`,
};

/** Only a path of this site: `next` comes from the address bar, and must not lead elsewhere. */
export function safeNext(next: string | null | undefined): string {
  if (next?.startsWith("/") !== true || next.startsWith("//") || next.includes("\\")) return patterns.home;
  return next.startsWith(patterns.signIn) ? patterns.home : next;
}
