/** Tickets and thumbnails of desktops. */
import { ask } from "./request";
import type { Right, Ticket } from "./types";

const one = (id: string, rest: string) => `/api/v1/instances/${encodeURIComponent(id)}${rest}`;

/** One use, some seconds of life: asked for right before each connection and never kept. */
export const askTicket = async (instanceId: string, right: Right): Promise<Ticket> =>
  (await ask<Ticket>(one(instanceId, "/tickets"), { method: "POST", body: { right } })).data;

export const putThumbnail = async (instanceId: string, jpeg: Blob): Promise<void> => {
  await ask(one(instanceId, "/thumbnail"), { method: "PUT", body: jpeg });
};
