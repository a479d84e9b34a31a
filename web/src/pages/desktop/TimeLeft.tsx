/** How long the instance has, in figures that do not move the bar when they change. */
import { Text } from "@mantine/core";
import type { Instance } from "../../api/types";
import { useNow } from "../../logic/useNow";
import { EndsIn, isOver } from "../../parts/EndsIn";

export function TimeLeft({ instance }: { instance: Instance }) {
  const over = isOver(instance, useNow());
  return (
    <Text span size="sm" className="expiry figures" data-warning={over ? "urgent" : instance.warning}>
      <EndsIn instance={instance} />
    </Text>
  );
}
