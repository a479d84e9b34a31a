import { useTranslation } from "react-i18next";

/** How numbers and times are written: in the language of the texts, in the person's own regional way of it. */
export function useLocale(): string {
  const { language } = useTranslation().i18n;
  return navigator.languages.find((each) => each === language || each.startsWith(`${language}-`)) ?? language;
}
