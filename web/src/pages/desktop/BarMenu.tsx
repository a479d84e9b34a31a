/** A button of the bar that opens a menu or a panel; the bar stays as long as it is open. */
import { Button, Popover } from "@mantine/core";
import { useState, type ReactNode } from "react";
import type { BarState } from "./useBar";

interface Props {
  label: string;
  icon: ReactNode;
  bar: BarState;
  width?: number;
  children: (close: () => void) => ReactNode;
}

export function BarMenu({ label, icon, bar, width = 280, children }: Props) {
  const [opened, setOpened] = useState(false);
  const change = (next: boolean) => {
    setOpened(next);
    bar.hold(label, next);
  };
  return (
    <Popover opened={opened} onChange={change} position="bottom-end" width={width} trapFocus returnFocus shadow="md" withinPortal>
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          fw={500}
          leftSection={icon}
          aria-label={label}
          aria-expanded={opened}
          onClick={() => change(!opened)}
        >
          <span className="bar-word">{label}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={label}>{children(() => change(false))}</Popover.Dropdown>
    </Popover>
  );
}
