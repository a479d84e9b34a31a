/** Tickets and thumbnails of desktops. */
import { ask } from "./request";
import type { Right, Ticket } from "./types";

/** One use, some seconds of life: asked for right before each connection and never kept. */
export const askTicket = async (instanceId: string, right: Right): Promise<Ticket> =>
  (await ask("post", "/api/v1/instances/{instance_id}/tickets", { at: { instance_id: instanceId }, body: { right } })).data;

export const putThumbnail = async (instanceId: string, jpeg: Blob): Promise<void> => {
  await ask("put", "/api/v1/instances/{instance_id}/thumbnail", { at: { instance_id: instanceId }, body: jpeg });
};
