/** A blank slate: why nothing is here, and the next step. */
import { Paper, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { ReactNode } from "react";

export function Blank({ icon, title, why, children }: { icon: ReactNode; title: string; why: string; children?: ReactNode }) {
  return (
    <Paper withBorder p="xl" className="blank">
      <Stack align="center" gap="sm" py="md">
        <ThemeIcon size={52} radius="xl" variant="light">
          {icon}
        </ThemeIcon>
        <Title order={2} size="h4" ta="center">
          {title}
        </Title>
        <Text c="dimmed" ta="center" maw="34rem">
          {why}
        </Text>
        {children}
      </Stack>
    </Paper>
  );
}
