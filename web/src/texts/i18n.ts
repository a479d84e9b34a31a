/** The texts. One catalogue per language; English is complete by definition and is the fallback of the others. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./en.json";

export const resources = { en: { translation: en } } as const;

export async function startTexts(): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources,
    lng: "en",
    fallbackLng: "en",
    returnNull: false,
    interpolation: { escapeValue: false }, // React escapes
  });
}

export { i18next };
