/** The form of an image or a flavour: from what the API says to what is typed, and back to what the API takes. */
import {
  LIFETIME_FIELDS,
  LIFETIME_ROLES,
  type AdminFlavour,
  type AdminImage,
  type Kind,
  type LifetimeField,
  type LifetimeRole,
  type Lifetimes,
  type Protocol,
} from "../api/adminCatalogue";
import { joinAudience, splitAudience, type Audience } from "./audience";

/** "" is an empty field: of a lifetime it means the policy's number. */
export type Typed = number | "";
export type TypedLifetimes = Record<LifetimeRole, Record<LifetimeField, Typed>>;

export interface Draft {
  /** Of a new entry: null while it follows the name. */
  id: string | null;
  name: string;
  description: string;
  /** The cloud that it is in; null for the first one. An entry never moves to another. */
  cloud: string | null;
  cloudName: string;
  /** With nobody named, `everybody` still tells "all may start it" from "somebody has to be chosen". */
  everybody: boolean;
  audience: Audience;
  lifetimes: TypedLifetimes;
  position: Typed;
  icon: string;
  goodFor: string[];
  protocols: Protocol[];
  vcpus: Typed;
  memoryGib: Typed;
  gpus: Typed;
}

const MIB_PER_GIB = 1024;

export function draftOf(entry: AdminImage | AdminFlavour | null, position: number): Draft {
  const image = entry !== null && "icon" in entry ? entry : null;
  const flavour = entry !== null && "vcpus" in entry ? entry : null;
  return {
    id: null,
    cloud: entry?.cloud ?? null,
    name: entry?.name ?? "",
    description: entry?.description ?? "",
    cloudName: entry?.cloud_name ?? "",
    everybody: (entry?.audience.length ?? 0) === 0,
    audience: splitAudience(entry?.audience ?? []),
    lifetimes: typedLifetimes(entry?.lifetimes ?? {}),
    position: entry?.position ?? position,
    icon: image?.icon ?? "desktop",
    goodFor: image?.good_for ?? [],
    protocols: image?.protocols ?? ["rfb"],
    vcpus: flavour?.vcpus ?? "",
    memoryGib: flavour === null ? "" : flavour.memory_mib / MIB_PER_GIB,
    gpus: flavour?.gpus ?? 0,
  };
}

export function bodyOf(kind: Kind, draft: Draft) {
  const shared = {
    name: draft.name.trim(),
    description: draft.description.trim(),
    cloud_name: draft.cloudName.trim(),
    audience: draft.everybody ? [] : joinAudience(draft.audience),
    lifetimes: sentLifetimes(draft.lifetimes),
    position: draft.position === "" ? 0 : draft.position,
  };
  if (kind === "images") return { ...shared, icon: draft.icon, good_for: draft.goodFor, protocols: draft.protocols };
  return {
    ...shared,
    vcpus: draft.vcpus === "" ? 0 : draft.vcpus,
    memory_mib: Math.round((draft.memoryGib === "" ? 0 : draft.memoryGib) * MIB_PER_GIB),
    gpus: draft.gpus === "" ? 0 : draft.gpus,
  };
}

export const newBodyOf = (kind: Kind, draft: Draft) => ({
  ...bodyOf(kind, draft),
  id: draft.id ?? slug(draft.name),
  ...(draft.cloud !== null && { cloud: draft.cloud }),
});

/** An id as the API takes it, from a name: "Small angle (2026)" → "small-angle-2026". */
export const slug = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9._]+/g, "-")
    .replace(/^[^a-z0-9]+|-+$/g, "")
    .slice(0, 60);

/** What still keeps the form from being sent, as the key of its text; the API says everything else. */
export function missing(kind: Kind, draft: Draft, isNew: boolean) {
  if (draft.name.trim() === "") return "entry.missing.name";
  if (isNew && !/^[a-z0-9][a-z0-9._-]{0,59}$/.test(draft.id ?? slug(draft.name))) return "entry.missing.id";
  if (draft.cloudName.trim() === "") return "entry.missing.cloud";
  if (!draft.everybody && joinAudience(draft.audience).length === 0) return "entry.missing.audience";
  if (kind === "images" && draft.protocols.length === 0) return "entry.missing.protocols";
  if (kind === "flavours" && (!draft.vcpus || !draft.memoryGib)) return "entry.missing.size";
  if (LIFETIME_ROLES.some((role) => isHalf(draft.lifetimes[role]))) return "entry.missing.lifetimes";
  return null;
}

function isHalf(row: Record<LifetimeField, Typed>): boolean {
  const empty = LIFETIME_FIELDS.filter((field) => row[field] === "").length;
  return empty > 0 && empty < LIFETIME_FIELDS.length;
}

const eachLifetime = <T>(make: (role: LifetimeRole, field: LifetimeField) => T) =>
  Object.fromEntries(
    LIFETIME_ROLES.map((role) => [role, Object.fromEntries(LIFETIME_FIELDS.map((field) => [field, make(role, field)]))]),
  ) as Record<LifetimeRole, Record<LifetimeField, T>>;

const typedLifetimes = (lifetimes: Lifetimes): TypedLifetimes =>
  eachLifetime<Typed>((role, field) => lifetimes[role]?.[field] ?? "");

/** The API takes a standing's three numbers together or not at all. */
function sentLifetimes(typed: TypedLifetimes): Lifetimes {
  const sent: Lifetimes = {};
  for (const role of LIFETIME_ROLES) {
    const { lifetime_d, extension_d, max_lifetime_d } = typed[role];
    if (lifetime_d !== "" && extension_d !== "" && max_lifetime_d !== "") sent[role] = { lifetime_d, extension_d, max_lifetime_d };
  }
  return sent;
}
