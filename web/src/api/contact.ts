/** Whether the server answers at the moment. Pages say it out loud, because they show older facts meanwhile. */
import { useSyncExternalStore } from "react";

let lostAt: number | null = null;
const listeners = new Set<() => void>();

function set(next: number | null): void {
  if ((next === null) === (lostAt === null)) return;
  lostAt = next;
  for (const listener of listeners) listener();
}

export const contact = {
  answered: () => set(null),
  lost: () => set(Date.now()),
  subscribe: (listener: () => void) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  },
};

/** The moment (epoch ms) since which the server does not answer, or null. */
export const useLostSince = (): number | null => useSyncExternalStore(contact.subscribe, () => lostAt);
