/** The picture of an image, by the word that the API sends; an unknown word gets the plain screen. */
import { ThemeIcon } from "@mantine/core";
import { AppWindow, Atom, ChartLine, Code, FlaskConical, Microscope, Monitor, Terminal, type LucideIcon } from "lucide-react";

const ICONS: Record<string, LucideIcon> = {
  desktop: Monitor,
  neutron: Atom,
  photon: Atom,
  atom: Atom,
  chart: ChartLine,
  plot: ChartLine,
  code: Code,
  python: Code,
  terminal: Terminal,
  microscope: Microscope,
  imaging: Microscope,
  flask: FlaskConical,
  window: AppWindow,
};

export const ICON_NAMES = Object.keys(ICONS);

export function ImageIcon({ icon }: { icon: string }) {
  const Picture = ICONS[icon] ?? Monitor;
  return (
    <ThemeIcon variant="light" size={38} aria-hidden>
      <Picture size={20} />
    </ThemeIcon>
  );
}
