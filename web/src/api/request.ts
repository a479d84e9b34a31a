/**
 * One call to the API, checked against its generated description: method, path, parameters, body and answer belong
 * together or do not compile. It knows HTTP, problem documents and entity tags; it knows no page and keeps no state.
 * `cache: "no-cache"` makes the browser send If-None-Match itself, so that polling costs a 304 when nothing changed.
 */
import { contact } from "./contact";
import { Problem, readProblem, Unreachable } from "./problem";
import type { paths } from "./schema.gen";

type Method = "get" | "post" | "put" | "patch" | "delete";
type PathsOf<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never }[keyof paths];
type Operation<M extends Method, P extends keyof paths> = paths[P][M];

type QueryOf<O> = O extends { parameters: { query?: infer Q } } ? Q : never;
type PathOf<O> = O extends { parameters: { path: infer I } } ? I : undefined;
type BodyOf<O> = O extends { requestBody: infer R } ? Content<R> : O extends { requestBody?: infer R } ? Content<R> | undefined : undefined;
type Content<R> = R extends { content: { "application/json": infer B } } ? B : R extends { content: { "image/jpeg": unknown } } ? Blob : undefined;
type AnswerOf<O> = O extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 202)]> : never;
type Json<R> = R extends { content: { "application/json": infer D } } ? D : undefined;

type Wanted<Name extends string, T> = undefined extends T ? Partial<Record<Name, T>> : Record<Name, T>;
type Input<O> = Wanted<"at", PathOf<O>> & Wanted<"body", BodyOf<O>> & { query?: QueryOf<O> } & Extras;

interface Extras {
  ifMatch?: string;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface Answer<T> {
  data: T;
  etag: string | null;
}

export function ask<M extends Method, P extends PathsOf<M>>(
  method: M,
  path: P,
  input: Input<Operation<M, P>>,
): Promise<Answer<AnswerOf<Operation<M, P>>>> {
  const { at = {}, query = {}, body, ...extras } = input as Loose;
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(at[name] ?? ""));
  return exchange(method, withQuery(filled, query), { body, ...extras });
}

/** The same for callers that need no entity tag. */
export const get = async <P extends PathsOf<"get">>(path: P, input: Input<Operation<"get", P>>) => (await ask("get", path, input)).data;

/** For the few addresses outside the API's description (/auth/…): the caller says what is answered. */
export async function exchange<T>(method: string, url: string, call: Extras & { body?: unknown } = {}): Promise<Answer<T>> {
  const response = await send(method.toUpperCase(), url, call);
  const body = isJson(response) ? ((await response.json()) as unknown) : undefined;
  if (!response.ok) throw new Problem(readProblem(response.status, body), url);
  return { data: body as T, etag: response.headers.get("ETag") };
}

/** A picture as a data: address, which may stand in an <img> under our Content-Security-Policy. */
export async function picture(url: string, signal: AbortSignal): Promise<string> {
  const response = await send("GET", url, { signal });
  if (!response.ok) throw new Problem(readProblem(response.status, isJson(response) ? await response.json() : undefined), url);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const type = response.headers.get("Content-Type") ?? "image/jpeg";
  return `data:${type};base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}

/** What every input looks like once its types have done their work. */
type Loose = Extras & { at?: Record<string, string>; query?: Record<string, string | number | null | undefined | string[]>; body?: unknown };

/** Said by a proxy when the API is away, and by the API when its database is. */
const AWAY = new Set([502, 503, 504]);

async function send(method: string, url: string, { body, ifMatch, idempotencyKey, signal }: Extras & { body?: unknown }): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json, image/jpeg" };
  if (ifMatch !== undefined) headers["If-Match"] = ifMatch;
  if (idempotencyKey !== undefined) headers["Idempotency-Key"] = idempotencyKey;
  if (body !== undefined) headers["Content-Type"] = body instanceof Blob ? body.type : "application/json";
  const content = body === undefined ? null : body instanceof Blob ? body : JSON.stringify(body);
  try {
    const response = await fetch(url, { method, headers, cache: "no-cache", credentials: "same-origin", body: content, signal: signal ?? null });
    if (AWAY.has(response.status)) contact.lost();
    else contact.answered();
    return response;
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    contact.lost();
    throw new Unreachable(url, cause);
  }
}

const isJson = (response: Response) => /[/+]json/.test(response.headers.get("Content-Type") ?? "");

function withQuery(path: string, query: NonNullable<Loose["query"]>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) value.forEach((each) => search.append(name, each));
    else if (value !== null && value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}
