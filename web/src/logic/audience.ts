/** Whom an entry is for, taken apart for a form ("role:staff" → roles) and put together again. */

export interface Audience {
  roles: string[];
  groups: string[];
  instruments: string[];
}

export const AUDIENCE_ROLES = ["user", "staff", "guest", "support", "admin"] as const;

const PREFIXES = { roles: "role:", groups: "group:", instruments: "instrument:" } as const;
const PARTS = ["roles", "groups", "instruments"] as const;

export function splitAudience(audience: readonly string[]): Audience {
  const of = (part: keyof Audience) =>
    audience.filter((each) => each.startsWith(PREFIXES[part])).map((each) => each.slice(PREFIXES[part].length));
  return { roles: of("roles"), groups: of("groups"), instruments: of("instruments") };
}

export function joinAudience(audience: Audience): string[] {
  const all = PARTS.flatMap((part) => audience[part].map((each) => PREFIXES[part] + each.trim()));
  return [...new Set(all)].filter((each) => !each.endsWith(":"));
}
