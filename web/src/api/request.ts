/**
 * One call to the API. It knows HTTP, problem documents and entity tags; it knows no page and keeps no state.
 * `cache: "no-cache"` makes the browser send If-None-Match itself, so that polling costs a 304 when nothing changed.
 */
import { contact } from "./contact";
import { Problem, readProblem, Unreachable } from "./problem";

export interface Answer<T> {
  data: T;
  etag: string | null;
}

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Record<string, string | number | null | undefined>;
  body?: unknown;
  ifMatch?: string;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

const GATEWAY = new Set([502, 503, 504]);

export async function ask<T>(path: string, call: Call = {}): Promise<Answer<T>> {
  const url = withQuery(path, call.query ?? {});
  const response = await send(url, call);
  const body = await bodyOf(response);
  if (!response.ok) throw new Problem(readProblem(response.status, body), url);
  return { data: body as T, etag: response.headers.get("ETag") };
}

/** The same for callers that need no entity tag. */
export const get = async <T>(path: string, call: Call = {}): Promise<T> => (await ask<T>(path, call)).data;

async function send(url: string, call: Call): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (call.ifMatch !== undefined) headers["If-Match"] = call.ifMatch;
  if (call.idempotencyKey !== undefined) headers["Idempotency-Key"] = call.idempotencyKey;
  const blob = call.body instanceof Blob;
  if (call.body !== undefined) headers["Content-Type"] = call.body instanceof Blob ? call.body.type : "application/json";
  try {
    const response = await fetch(url, {
      method: call.method ?? "GET",
      headers,
      cache: "no-cache",
      credentials: "same-origin",
      body: call.body === undefined ? null : blob ? (call.body as Blob) : JSON.stringify(call.body),
      signal: call.signal ?? null,
    });
    if (GATEWAY.has(response.status) && !isJson(response)) contact.lost();
    else contact.answered();
    return response;
  } catch (cause) {
    if (call.signal?.aborted === true) throw cause;
    contact.lost();
    throw new Unreachable(url, cause);
  }
}

const isJson = (response: Response) => /[/+]json/.test(response.headers.get("Content-Type") ?? "");

async function bodyOf(response: Response): Promise<unknown> {
  return isJson(response) ? ((await response.json()) as unknown) : null;
}

function withQuery(path: string, query: NonNullable<Call["query"]>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}
