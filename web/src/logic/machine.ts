/** What a machine's figures mean, as pure functions of what the API says. */
import type { InstanceDetail, MachineFacts, Phase } from "../api/types";

export type Load = "idle" | "working" | "busy" | "overloaded";

/** `load1` counts processes that want to run; each core runs one at a time. */
export function loadOf(load1: number, cpus: number): Load {
  const each = load1 / Math.max(1, cpus);
  if (each < 0.1) return "idle";
  if (each < 0.8) return "working";
  return each < 1.5 ? "busy" : "overloaded";
}

export interface Use {
  used: number;
  size: number;
}

export const percent = ({ used, size }: Use): number => (size > 0 ? Math.min(100, (100 * used) / size) : 0);

export const isTight = (use: Use): boolean => percent(use) >= 90;

/** How full /home is. A machine without its workspace would only tell of the disk beneath. */
export function homeOf({ machine, workspace }: InstanceDetail): Use | null {
  if (machine !== null) {
    const disk = machine.workspace.state === "mounted" ? machine.disks.find(({ path }) => path === "/home") : undefined;
    return disk === undefined ? null : { used: disk.used_bytes, size: disk.size_bytes };
  }
  return workspace.used_bytes === null ? null : { used: workspace.used_bytes, size: workspace.size_gib * 1024 ** 3 };
}

export const memoryOf = ({ memory }: MachineFacts): Use => ({
  used: (memory.total_mib - memory.available_mib) * 1024 ** 2,
  size: memory.total_mib * 1024 ** 2,
});

/** Whether its figures are of now. While it is off or on its way, silence is no sign of trouble. */
export function freshness(machine: MachineFacts, phase: Phase): "now" | "silent" | "past" {
  if (phase !== "running" && phase !== "failed") return phase === "starting" && !machine.stale ? "now" : "past";
  return machine.stale ? "silent" : "now";
}
