/** The software, as cards that say what they are good for. */
import { Badge, Group, Radio, SimpleGrid, Skeleton, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Image } from "../../api/types";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { ImageIcon } from "../../parts/ImageIcon";
import type { Draft } from "./useDraft";

export function ImageCards({ draft: { images, image, setImageId } }: { draft: Draft }) {
  const { t } = useTranslation();
  if (images.isError) return <ErrorPanel error={images.error} onRetry={() => void images.refetch()} />;
  if (images.data === undefined) return <CardSkeletons />;
  if (images.data.length === 0) return <Text c="dimmed">{t("create.noImages")}</Text>;
  return (
    <Radio.Group value={image?.id ?? null} onChange={setImageId} aria-label={t("create.image")}>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        {images.data.map((each) => (
          <Radio.Card key={each.id} value={each.id} p="sm" className="choice" aria-label={each.name}>
            <Group wrap="nowrap" align="flex-start" gap="sm">
              <ImageFace image={each} />
              <Radio.Indicator />
            </Group>
          </Radio.Card>
        ))}
      </SimpleGrid>
    </Radio.Group>
  );
}

/** What a scientist reads of an image; an administrator sees the same while writing it. */
export function ImageFace({ image }: { image: Pick<Image, "icon" | "name" | "description" | "good_for"> }) {
  return (
    <>
      <ImageIcon icon={image.icon} />
      <div className="shrink wrap-anywhere">
        <Text fw={600}>{image.name}</Text>
        <Text size="sm" c="dimmed">
          {image.description}
        </Text>
        <Group gap={6} mt={6}>
          {image.good_for.map((use) => (
            <Badge key={use} variant="light" color="gray" radius="sm" tt="none" fw={500}>
              {use}
            </Badge>
          ))}
        </Group>
      </div>
    </>
  );
}

export function CardSkeletons() {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm" role="status" aria-label={t("loading")}>
      <Skeleton h={110} />
      <Skeleton h={110} />
    </SimpleGrid>
  );
}
