/** Keyboard layouts by their XKB names, and a first guess from the browser's languages. */

export const LAYOUTS = [
  "us", "us(intl)", "gb", "de", "de(nodeadkeys)", "fr", "it", "es", "pt", "ch", "ch(fr)", "at", "be", "nl", "dk", "se", "no", "fi",
  "is", "pl", "cz", "sk", "hu", "si", "hr", "ro", "bg", "gr", "tr", "ee", "lv", "lt", "ua", "ru", "il", "jp", "kr", "br", "ca",
] as const;
export type Layout = (typeof LAYOUTS)[number];

export const isLayout = (value: string | null): value is Layout => (LAYOUTS as readonly string[]).includes(value ?? "");

const BY_LANGUAGE: Record<string, Layout> = {
  "en-GB": "gb", "en-IE": "gb", "de-CH": "ch", "fr-CH": "ch(fr)", "it-CH": "ch", "de-AT": "at", "fr-BE": "be", "nl-BE": "be",
  "pt-BR": "br", "fr-CA": "ca", en: "us", de: "de", fr: "fr", it: "it", es: "es", pt: "pt", nl: "us(intl)", da: "dk", sv: "se",
  nb: "no", nn: "no", no: "no", fi: "fi", is: "is", pl: "pl", cs: "cz", sk: "sk", hu: "hu", sl: "si", hr: "hr", ro: "ro", bg: "bg",
  el: "gr", tr: "tr", et: "ee", lv: "lv", lt: "lt", uk: "ua", ru: "ru", he: "il", ja: "jp", ko: "kr",
};

export function guessLayout(languages: readonly string[]): Layout {
  for (const language of languages) {
    const found = BY_LANGUAGE[language] ?? BY_LANGUAGE[language.split("-")[0] ?? ""];
    if (found !== undefined) return found;
  }
  return "us";
}
