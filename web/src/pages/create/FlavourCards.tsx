/** The size, as cards that say what is full now and which limits really hold. */
import { Group, Radio, SimpleGrid, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Flavour } from "../../api/types";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { Size } from "../../parts/Size";
import { CardSkeletons } from "./ImageCards";
import type { Draft } from "./useDraft";

export function FlavourCards({ draft: { flavours, flavour, setFlavourId } }: { draft: Draft }) {
  const { t } = useTranslation();
  if (flavours.data === undefined) {
    return flavours.isError ? <ErrorPanel error={flavours.error} onRetry={() => void flavours.refetch()} /> : <CardSkeletons />;
  }
  if (flavours.data.length === 0) return <Text c="dimmed">{t("create.noFlavours")}</Text>;
  return (
    <>
      <Radio.Group value={flavour?.id ?? null} onChange={setFlavourId} aria-label={t("create.flavour")}>
        <SimpleGrid cols={{ base: 1, xs: 2, lg: 3 }} spacing="sm">
          {flavours.data.map((each) => (
            <Card key={each.id} flavour={each} />
          ))}
        </SimpleGrid>
      </Radio.Group>
      {flavour !== undefined && flavour.limits.note !== "" && (
        <Text size="sm" c="dimmed" mt="sm">
          {flavour.limits.note}
        </Text>
      )}
    </>
  );
}

function Card({ flavour }: { flavour: Flavour }) {
  return (
    <Radio.Card value={flavour.id} p="sm" className="choice" aria-label={flavour.name}>
      <Group wrap="nowrap" justify="space-between" align="flex-start" gap="sm">
        <div className="shrink wrap-anywhere">
          <FlavourFace flavour={flavour} />
          <Text size="sm" fw={550} mt={4} className="availability" data-free={flavour.available.now}>
            <When available={flavour.available} />
          </Text>
        </div>
        <Radio.Indicator />
      </Group>
    </Radio.Card>
  );
}

function When({ available: { when, reason, place, of } }: Pick<Flavour, "available">) {
  const { t } = useTranslation();
  if (when === "now") return t("create.freeNow");
  return (
    <>
      {when === "waits" && place !== null && of !== null ? `${t("create.waits", { place, of })} ` : ""}
      {reason ?? t("create.full")}
    </>
  );
}

/** What a scientist reads of a flavour; an administrator sees the same while writing it. */
export function FlavourFace({ flavour }: { flavour: Pick<Flavour, "name" | "vcpus" | "memory_mib" | "description"> }) {
  return (
    <>
      <Text fw={600}>{flavour.name}</Text>
      <Text size="sm">
        <Size flavour={flavour} />
      </Text>
      <Text size="sm" c="dimmed">
        {flavour.description}
      </Text>
    </>
  );
}
