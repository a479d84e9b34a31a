/** One instance: what it is, whether it is well, how long it has, and the way in. */
import { Box, Group, Paper, Skeleton, Stack, Text, Title } from "@mantine/core";
import { Link } from "react-router";
import type { Instance } from "../../api/types";
import { ExperimentTags } from "../../parts/Experiments";
import { Expiry } from "../../parts/Expiry";
import { InstanceMenu, MainAction } from "../../parts/InstanceActions";
import { Phase } from "../../parts/Phase";
import { Reason } from "../../parts/Reason";
import { Size } from "../../parts/Size";
import { Thumbnail } from "../../parts/Thumbnail";
import { paths } from "../../paths";

export function InstanceCard({ instance }: { instance: Instance }) {
  const titleId = `instance-${instance.id}`;
  return (
    <Paper component="article" withBorder shadow="xs" className="card" aria-labelledby={titleId}>
      <Thumbnail instance={instance} />
      <Stack gap="sm" p={{ base: "md", sm: "lg" }} miw={0} justify="space-between">
        <Stack gap={6}>
          <Group gap="sm" align="baseline">
            <Title order={2} size="h4" id={titleId} className="wrap-anywhere">
              <Link to={paths.instance(instance.id)} className="quiet-link">
                {instance.name}
              </Link>
            </Title>
            <Phase instance={instance} />
          </Group>
          <Text size="sm" c="dimmed">
            {instance.image.name} · <Size flavour={instance.flavour} />
          </Text>
          <ExperimentTags experiments={instance.experiments} />
        </Stack>
        <Reason instance={instance} />
        <Group justify="space-between" gap="sm">
          <Expiry instance={instance} />
          <div className="main-actions">
            <MainAction instance={instance} />
            <InstanceMenu instance={instance} />
          </div>
        </Group>
      </Stack>
    </Paper>
  );
}

export function InstanceCardSkeleton() {
  return (
    <Paper withBorder className="card">
      <Box className="thumbnail" />
      <Stack p="lg" gap="sm">
        <Skeleton h={24} w="45%" />
        <Skeleton h={16} w="60%" />
        <Skeleton h={16} w="80%" />
        <Skeleton h={40} w="100%" mt="auto" />
      </Stack>
    </Paper>
  );
}
