/** The experiments of an instance as tags. */
import { Badge, Group, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

export function ExperimentTags({ experiments }: { experiments: readonly { id: string; title: string }[] }) {
  const { t } = useTranslation();
  if (experiments.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t("experiment.none")}
      </Text>
    );
  }
  return (
    <Group component="ul" gap={6} className="tags" aria-label={t("experiment.list")}>
      {experiments.map(({ id, title }) => (
        <li key={id}>
          <Badge variant="light" color="gray" radius="sm" tt="none" fw={500} title={title} className="tag">
            <b>{id}</b> {title}
          </Badge>
        </li>
      ))}
    </Group>
  );
}
