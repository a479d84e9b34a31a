/** What became of a letter, and where what it is about is seen, as pure functions of what the API says. */
import type { Told } from "../api/types";
import { paths } from "../paths";

/** Those that have words of their own. */
const TROUBLES = ["no_address", "address_refused", "letter_refused", "not_written", "mail_not_set_up"] as const;

export type Delivery = { name: "delivered"; at: string } | { name: "waits" } | { name: "failed"; why: (typeof TROUBLES)[number] | "server" };

/** Delivered by mail or in person. What was not tried yet has no trouble; a trouble of any other code is the server's. */
export function deliveryOf({ state, sent_at: at, trouble }: Pick<Told, "state" | "sent_at" | "trouble">): Delivery {
  if (state === "sent" && at !== null) return { name: "delivered", at };
  if (trouble === null) return { name: "waits" };
  return { name: "failed", why: TROUBLES.find((known) => known === trouble) ?? "server" };
}

/** A request is answered among the others: its desktop belongs to someone else. Kept files have no page of their own. */
export function placeOf({ kind, subject, subject_id: id }: Pick<Told, "kind" | "subject" | "subject_id">) {
  if (kind === "request_made") return { to: paths.requests(), label: "nav.requests" } as const;
  if (subject === "workspace") return { to: paths.bin(), label: "nav.bin" } as const;
  return { to: paths.instance(id), label: "events.open" } as const;
}
