import { useTranslation } from "react-i18next";

/** The language of the texts, for numbers and times beside them. */
export const useLocale = (): string => useTranslation().i18n.language;
