/** What happened, in a few words for a person: the API's title is HTTP's name for it, its detail the sentence. */
import { Problem, Unreachable } from "./problem";

const BY_STATUS = {
  400: "error.title.invalid",
  401: "error.title.signedOut",
  403: "error.title.forbidden",
  404: "error.title.missing",
  409: "error.title.conflict",
  410: "error.title.missing",
  412: "error.title.changed",
  422: "error.title.invalid",
  428: "error.title.changed",
  429: "error.title.tooMany",
  503: "error.title.away",
} as const;

const isKnown = (status: number): status is keyof typeof BY_STATUS => status in BY_STATUS;

export function headlineOf(error: Error) {
  if (error instanceof Unreachable) return "error.title.away";
  if (!(error instanceof Problem)) return "error.unexpected";
  return isKnown(error.status) ? BY_STATUS[error.status] : "error.title.fault";
}
