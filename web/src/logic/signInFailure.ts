/** Why the last sign-in did not work: the sign-in page is opened with the API's code for it (/sign-in?error=…). */

const TEXTS = {
  sign_in_unknown: "signIn.failed.again",
  sign_in_expired: "signIn.failed.expired",
  sign_in_elsewhere: "signIn.failed.elsewhere",
  sign_in_denied: "signIn.failed.denied",
  monitoring_subject: "signIn.failed.notAccepted",
  subject_refused: "signIn.failed.notAccepted",
  sign_in_too_many: "signIn.failed.tooMany",
  provider_down: "signIn.failed.providerDown",
} as const;

const isKnown = (code: string): code is keyof typeof TEXTS => Object.hasOwn(TEXTS, code);

/** The text for a code, a general one for those that need no words of their own; null without a code. */
export const signInFailure = (code: string | null) =>
  code === null ? null : isKnown(code) ? TEXTS[code] : "signIn.failed.proof";
