/** The look: petrol on quiet greys, system fonts, and a dark scheme of its own. Contrast is AA in both. */
import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

const petrol: MantineColorsTuple = [
  "#eaf5f5", "#d5ebec", "#acd8db", "#80c4c9", "#56afb6", "#36989f", "#1b7f88", "#0e6670", "#0b5059", "#083a41",
];
const amber: MantineColorsTuple = [
  "#fff6e3", "#fdebc6", "#fad68e", "#f6c055", "#f2b03a", "#dd9717", "#9c6605", "#855603", "#684300", "#4a2f00",
];
const red: MantineColorsTuple = [
  "#fff1f0", "#ffe0de", "#ffc4c1", "#ffa39f", "#fa8a85", "#ea5f58", "#d23a3a", "#b92a2a", "#9c2020", "#841a1a",
];
// Mantine takes dark[0] for text, [2] for dimmed text, [4] for borders, [6] for cards and [7] for the page.
const dark: MantineColorsTuple = [
  "#dbe3e5", "#bcc8cb", "#9aa9ad", "#6b7c81", "#3a494e", "#2c393e", "#1d272b", "#141b1e", "#0f1517", "#0a0f11",
];

const FONTS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "Noto Sans CJK SC", sans-serif';

export const theme = createTheme({
  colors: { petrol, amber, red, dark },
  primaryColor: "petrol",
  primaryShade: { light: 7, dark: 6 },
  autoContrast: true,
  black: "#182126",
  defaultRadius: "md",
  fontFamily: FONTS,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "Cascadia Mono", "Liberation Mono", monospace',
  headings: { fontFamily: FONTS, fontWeight: "620" },
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
});

/** Tinted surfaces in the dark: a veil of the colour over the card, where the library would take its darkest shade. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {},
  dark: {
    "--mantine-color-petrol-light": "rgb(86 175 182 / 17%)",
    "--mantine-color-petrol-light-hover": "rgb(86 175 182 / 24%)",
    "--mantine-color-petrol-light-color": "var(--mantine-color-petrol-2)",
    "--mantine-color-amber-light": "rgb(242 176 58 / 14%)",
    "--mantine-color-amber-light-hover": "rgb(242 176 58 / 20%)",
    "--mantine-color-amber-light-color": "var(--mantine-color-amber-2)",
    "--mantine-color-red-light": "rgb(250 138 133 / 14%)",
    "--mantine-color-red-light-hover": "rgb(250 138 133 / 20%)",
    "--mantine-color-red-light-color": "var(--mantine-color-red-2)",
    "--mantine-color-gray-light": "rgb(255 255 255 / 8%)",
    "--mantine-color-gray-light-hover": "rgb(255 255 255 / 12%)",
    "--mantine-color-gray-light-color": "var(--mantine-color-dark-0)",
  },
});
