/** What can go wrong with a call: the server answered with a problem document (RFC 9457), or it did not answer. */

export interface ProblemDocument {
  title: string;
  status: number;
  code: string;
  detail: string | null;
  errors: Record<string, string[]>;
  requestId: string | null;
}

export class Problem extends Error implements ProblemDocument {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string | null;
  readonly errors: Record<string, string[]>;
  readonly requestId: string | null;
  readonly url: string;
  readonly at = new Date();

  constructor(document: ProblemDocument, url: string) {
    super(document.detail ?? document.title);
    this.name = "Problem";
    this.title = document.title;
    this.status = document.status;
    this.code = document.code;
    this.detail = document.detail;
    this.errors = document.errors;
    this.requestId = document.requestId;
    this.url = url;
  }
}

/** No answer: the network or the server is away. Worth trying again. */
export class Unreachable extends Error {
  readonly url: string;
  readonly at = new Date();

  constructor(url: string, cause: unknown) {
    super("no answer from the server", { cause });
    this.name = "Unreachable";
    this.url = url;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** Reads a problem document leniently: a proxy's HTML page in front of the API is a problem too. */
export function readProblem(status: number, body: unknown): ProblemDocument {
  const record = isRecord(body) ? body : {};
  const errors: Record<string, string[]> = {};
  if (isRecord(record.errors)) {
    for (const [field, messages] of Object.entries(record.errors)) {
      if (Array.isArray(messages)) errors[field] = messages.filter((each): each is string => typeof each === "string");
    }
  }
  const field = text(record.field);
  const detail = text(record.detail);
  if (field !== null && detail !== null && errors[field] === undefined) errors[field] = [detail];
  return {
    title: text(record.title) ?? `HTTP ${status}`,
    status,
    code: text(record.code) ?? `http_${status}`,
    detail,
    errors,
    requestId: text(record.request_id),
  };
}
