import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem, Unreachable } from "../api/problem";
import type { Ticket } from "../api/types";
import { Connection } from "./connection";
import type { DesktopSession, SessionListener, SessionOptions } from "./session";

const OPTIONS: SessionOptions = { viewOnly: false, screen: "fit", label: "desktop" };
const TARGET = {} as HTMLElement;

/** A desktop service in memory: it hands out tickets, records what was opened, and lets the test speak for the broker. */
class Service {
  tickets: string[] = [];
  opened: { url: string; listener: SessionListener; closed: boolean }[] = [];
  ticketError: Error | null = null;
  now = 0;

  readonly connection = new Connection(
    {
      askTicket: async (right): Promise<Ticket> => {
        await Promise.resolve();
        if (this.ticketError !== null) throw this.ticketError;
        this.tickets.push(right);
        return { url: `ws://broker/${this.tickets.length}`, protocols: [], right, expires_at: "" };
      },
      open: (_target, { url }, _options, listener) => {
        const entry = { url, listener, closed: false };
        this.opened.push(entry);
        return { close: () => void (entry.closed = true), setScreen: () => undefined } as Partial<DesktopSession> as DesktopSession;
      },
      now: () => this.now,
      random: () => 0.5,
    },
    OPTIONS,
  );

  last = () => {
    const entry = this.opened.at(-1);
    if (entry === undefined) throw new Error("nothing was opened");
    return entry;
  };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("each connection has a ticket of its own", async () => {
  const service = new Service();
  service.connection.attach(TARGET);
  await settle();
  service.last().listener.onOpen();
  expect(service.connection.read().name).toBe("open");
  service.last().listener.onClose(1006);
  await vi.advanceTimersByTimeAsync(500);
  expect(service.opened.map(({ url }) => url)).toEqual(["ws://broker/1", "ws://broker/2"]);
  expect(service.opened[0]?.closed).toBe(true);
});

test("what an abandoned session still says is not heard", async () => {
  const service = new Service();
  service.connection.attach(TARGET);
  await settle();
  const first = service.last();
  first.listener.onOpen();
  first.listener.onClose(1006);
  await vi.advanceTimersByTimeAsync(500);
  service.last().listener.onOpen();
  first.listener.onClose(4001);
  expect(service.connection.read().name).toBe("open");
});

test("a page that closed while it waited for its ticket opens nothing", async () => {
  const service = new Service();
  const detach = service.connection.attach(TARGET);
  detach();
  await settle();
  expect(service.opened).toEqual([]);
});

test("other rights need another ticket", async () => {
  const service = new Service();
  service.connection.attach(TARGET);
  await settle();
  service.last().listener.onOpen();
  service.connection.configure({ ...OPTIONS, viewOnly: true });
  await settle();
  expect(service.tickets).toEqual(["control", "view"]);
  expect(service.opened[0]?.closed).toBe(true);
});

test("another screen mode keeps the connection", async () => {
  const service = new Service();
  service.connection.attach(TARGET);
  await settle();
  service.last().listener.onOpen();
  service.connection.configure({ ...OPTIONS, screen: "resize" });
  await settle();
  expect(service.opened).toHaveLength(1);
});

test("a server that is away is asked again, one that says no is believed", async () => {
  const service = new Service();
  service.ticketError = new Unreachable("/tickets", new Error("offline"));
  service.connection.attach(TARGET);
  await settle();
  expect(service.connection.read()).toMatchObject({ name: "waiting", trouble: "unreachable" });
  const refusal = { title: "No", status: 403, code: "forbidden", detail: "Not yours.", errors: {}, requestId: null };
  service.ticketError = new Problem(refusal, "/tickets");
  await vi.advanceTimersByTimeAsync(500);
  expect(service.connection.read()).toEqual({ name: "ended", ending: "refused", message: "Not yours." });
});

test("text copied in the desktop is told only by the session that is live", async () => {
  const service = new Service();
  const copied: string[] = [];
  service.connection.onCopied((text) => void copied.push(text));
  service.connection.attach(TARGET);
  await settle();
  service.last().listener.onOpen();
  service.last().listener.onClipboard("one");
  service.connection.tell({ kind: "desktopAway" });
  service.last().listener.onClipboard("two");
  expect(copied).toEqual(["one"]);
});
