/** The API's shapes by the names the pages use. */

export type Level = "info" | "warning" | "danger";
export interface Notice { level: Level; text: string }
export interface Site { name: string; federation_name: string; notices: Notice[]; development: boolean; version: string }

export interface Me {
  id: string; name: string; email: string; login: string | null; roles: string[]; guest: boolean;
  instances: { used: number; limit: number };
  bin_count: number;
}

export interface Page<T> { items: T[]; next: string | null }

export interface Instrument { id: string; name: string; description: string }
export type RawMode = "ro" | null;
export type ProcessedMode = "ro" | "rw" | null;
export interface MountModes { raw: RawMode; processed: ProcessedMode }
export interface Experiment {
  id: string; proposal: string; title: string;
  instrument: { id: string; name: string };
  starts_on: string; ends_on: string;
  pi: { name: string };
  team?: { name: string; role: "pi" | "member" }[];
  public_at: string | null; proprietary: boolean; open: boolean;
  my_role: "pi" | "member" | null;
  mounts: MountModes;
}
export interface Image { id: string; name: string; description: string; icon: string; good_for: string[] }
export interface Flavour {
  id: string; name: string; description: string; vcpus: number; memory_mib: number;
  limits: { memory_enforced: boolean; cpu_enforced: boolean; note: string };
  available: { now: boolean; reason: string | null };
}

export type Phase =
  | "queued" | "building" | "starting" | "running" | "stopping" | "stopped" | "rebooting" | "deleting" | "gone" | "failed";
export type ActionName = "connect" | "start" | "stop" | "reboot" | "extend" | "rename" | "delete";
export interface Action { allowed: boolean; code: string | null; reason: string | null }
export type StepName = "queued" | "workspace" | "machine" | "desktop";
export interface ProgressStep { step: StepName; state: "waiting" | "active" | "done" | "failed"; at: string | null }
export interface Instance {
  id: string; name: string;
  owner: { id: string; name: string };
  mine: boolean;
  image: { id: string; name: string; icon: string };
  flavour: { id: string; name: string; vcpus: number; memory_mib: number };
  keyboard: string;
  experiments: { id: string; title: string; mounts: MountModes }[];
  wanted: "running" | "stopped" | "gone";
  phase: Phase;
  reason: { code: string; message: string } | null;
  created_at: string; expires_at: string; ready_at: string | null;
  warning: "none" | "soon" | "urgent";
  workspace: { id: string; name: string; size_gib: number; used_bytes: number | null };
  actions: Record<ActionName, Action>;
  progress: ProgressStep[];
  usual_s: number | null;
  has_thumbnail: boolean; thumbnail_at: string | null; last_input_at: string | null;
  revision: number;
}
export interface NewInstance {
  name: string; image_id: string; flavour_id: string; experiment_ids: string[]; keyboard: string;
}

export interface Workspace {
  id: string; name: string; size_gib: number; used_bytes: number | null;
  state: "in_use" | "bin" | "deleting" | "gone" | "failed";
  instance: { id: string; name: string } | null;
  binned_at: string | null; kept_until: string | null;
  last: { image: { id: string; name: string }; flavour: { id: string; name: string }; experiments: { id: string; title: string }[] };
  actions: { restore: Action; delete: Action };
}

export interface Event {
  id: string; at: string;
  actor: { kind: "person" | "policy" | "system"; name: string };
  kind: string; message: string;
  instance_id: string | null; workspace_id: string | null;
}

export type Right = "control" | "view";
export interface Ticket { url: string; protocols: string[]; right: Right; expires_at: string }
