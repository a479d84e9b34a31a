import { expect, test } from "vitest";
import type { AdminFlavour, AdminImage } from "../api/adminCatalogue";
import { joinAudience, splitAudience } from "./audience";
import { bodyOf, draftOf, missing, newBodyOf, slug } from "./entryDraft";

const shared = {
  id: "some", name: "Some", cloud: "main", description: "", cloud_name: "in-the-cloud", position: 3, retired_at: null, revision: 2,
  updated_at: "2026-01-01T00:00:00Z", origin: "admin", in_use: 0,
  in_cloud: { state: "here", since: null, name: "in-the-cloud", ref: "ref" },
} as const;
const image: AdminImage = {
  ...shared, icon: "chart", good_for: ["plots"], protocols: ["rfb", "ssh"],
  audience: ["role:staff", "instrument:kestrel", "group:beam team"], lifetimes: { guest: { lifetime_d: 3, extension_d: 1, max_lifetime_d: 5 } },
};
const flavour: AdminFlavour = { ...shared, vcpus: 2, memory_mib: 1536, gpus: 1, audience: [], lifetimes: {} };

test("an image that was only looked at is sent back as it was", () => {
  const { name, description, cloud_name, position, icon, good_for, protocols, audience, lifetimes } = image;
  const body = bodyOf("images", draftOf(image, 0));
  expect(new Set(body.audience)).toEqual(new Set(audience));
  expect(body).toEqual({ name, description, cloud_name, position, icon, good_for, protocols, lifetimes, audience: body.audience });
});

test("a flavour that was only looked at is sent back as it was", () => {
  const { name, description, cloud_name, position, vcpus, memory_mib, gpus, audience, lifetimes } = flavour;
  expect(bodyOf("flavours", draftOf(flavour, 0))).toEqual({ name, description, cloud_name, position, vcpus, memory_mib, gpus, audience, lifetimes });
});

test("a standing's emptied lifetimes are the policy's again, and half of them cannot be sent", () => {
  const draft = draftOf(image, 0);
  draft.lifetimes.guest.lifetime_d = "";
  expect(missing("images", draft, false)).toBe("entry.missing.lifetimes");
  draft.lifetimes.guest = { lifetime_d: "", extension_d: "", max_lifetime_d: "" };
  draft.lifetimes.staff = { lifetime_d: 20, extension_d: 10, max_lifetime_d: 40 };
  expect(missing("images", draft, false)).toBeNull();
  expect(bodyOf("images", draft).lifetimes).toEqual({ staff: { lifetime_d: 20, extension_d: 10, max_lifetime_d: 40 } });
});

test("a new entry's id follows its name until one is typed", () => {
  const draft = { ...draftOf(null, 0), name: " Größe: Small angle (2026) ", cloudName: "x" };
  expect(newBodyOf("images", draft).id).toBe("gro-e-small-angle-2026");
  expect(newBodyOf("images", { ...draft, id: "own", cloud: "second" })).toMatchObject({ id: "own", cloud: "second" });
  expect("cloud" in newBodyOf("images", draft)).toBe(false);
  expect(slug("山田")).toBe("");
  expect(missing("images", { ...draft, name: "山田" }, true)).toBe("entry.missing.id");
  expect(slug("a".repeat(90))).toHaveLength(60);
});

test("choosing everybody sends nobody, though the names stay in the form", () => {
  const draft = { ...draftOf(image, 0), everybody: true };
  expect(bodyOf("images", draft).audience).toEqual([]);
  expect(draft.audience.roles).toEqual(["staff"]);
});

test("an audience is taken apart and put together without doubles or empty names", () => {
  expect(splitAudience(["role:user", "group:a:b"])).toEqual({ roles: ["user"], groups: ["a:b"], instruments: [] });
  expect(joinAudience({ roles: ["user", "user"], groups: [" a ", " "], instruments: ["k"] })).toEqual(["role:user", "group:a", "instrument:k"]);
});

test("the form says what is missing, one thing at a time", () => {
  const draft = draftOf(null, 7);
  expect(missing("images", draft, true)).toBe("entry.missing.name");
  const named = { ...draft, name: "New" };
  expect(missing("images", named, true)).toBe("entry.missing.cloud");
  const placed = { ...named, cloudName: "x" };
  expect(missing("images", placed, true)).toBeNull();
  expect(missing("images", { ...placed, everybody: false }, true)).toBe("entry.missing.audience");
  expect(missing("images", { ...placed, protocols: [] }, true)).toBe("entry.missing.protocols");
  expect(missing("flavours", placed, true)).toBe("entry.missing.size");
  expect(missing("flavours", { ...placed, vcpus: 1, memoryGib: 0.5 }, true)).toBeNull();
  expect(draft.position).toBe(7);
});
