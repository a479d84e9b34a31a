/** Which of the cloud's images or flavours an entry is. A name that the cloud does not have (yet) may be typed. */
import { Autocomplete, Group, Text } from "@mantine/core";
import { Trans, useTranslation } from "react-i18next";
import { useCloudOffers, type CloudOffer, type Kind } from "../../api/adminCatalogue";
import { bytes, mib } from "../../logic/size";
import { Time } from "../../parts/Time";
import { useLocale } from "../../parts/useLocale";
import type { FieldsProps } from "./EditEntry";

export function CloudChoice({ kind, isNew, draft, change, errors }: FieldsProps & { kind: Kind; isNew: boolean }) {
  const { t } = useTranslation();
  const offers = useCloudOffers();
  const present = offersIn(offers.data?.[kind] ?? [], isNew ? null : draft.cloud);
  const byValue = new Map(present.map((each) => [valueOf(each, present), each]));
  const choose = (value: string) => {
    const chosen = byValue.get(value);
    const size = kind === "flavours" && chosen?.vcpus && chosen.memory_mib ? { vcpus: chosen.vcpus, memoryGib: chosen.memory_mib / 1024 } : {};
    const cloud = isNew ? { cloud: chosen?.cloud ?? null } : {};
    change({ cloudName: value, ...cloud, ...size });
  };
  return (
    <div>
      <Autocomplete
        label={t(`entry.cloud.${kind}`)}
        value={draft.cloudName}
        onChange={choose}
        data={[...byValue.keys()]}
        filter={({ options, search }) => options.filter((each) => "value" in each && matches(search, byValue.get(each.value)))}
        renderOption={({ option }) => <Offer offer={byValue.get(option.value)} label={option.value} />}
        maxLength={255}
        limit={100}
        required
        autoComplete="off"
        error={errors.cloud_name?.join(" ")}
      />
      <Text size="xs" c="dimmed" mt={4} role="status">
        <Known draft={draft.cloudName} seenAt={offers.data?.seen_at ?? null} known={isKnown(draft.cloudName, present)} failed={offers.isError} />
      </Text>
    </div>
  );
}

/** An entry stays in its cloud; a new one may be in any. */
const offersIn = (offers: readonly CloudOffer[], cloud: string | null) => offers.filter((each) => cloud === null || each.cloud === cloud);

/** Its name, or its reference where the cloud has several of that name. */
const valueOf = (offer: CloudOffer, all: readonly CloudOffer[]) =>
  all.filter(({ name }) => name === offer.name).length > 1 ? offer.ref : offer.name;

function matches(search: string, offer: CloudOffer | undefined): boolean {
  const sought = search.trim().toLowerCase();
  return offer !== undefined && (offer.name.toLowerCase().includes(sought) || offer.ref.toLowerCase().includes(sought));
}

const isKnown = (typed: string, present: readonly CloudOffer[]) => present.some(({ name, ref }) => name === typed.trim() || ref === typed.trim());

function Known({ draft, seenAt, known, failed }: { draft: string; seenAt: string | null; known: boolean; failed: boolean }) {
  const { t } = useTranslation();
  if (failed) return t("entry.cloud.failed");
  if (seenAt === null) return t("entry.cloud.never");
  if (draft.trim() !== "" && !known) return <Trans i18nKey="entry.cloud.notThere" components={{ when: <Time at={seenAt} /> }} />;
  return <Trans i18nKey="entry.cloud.seen" components={{ when: <Time at={seenAt} /> }} />;
}

function Offer({ offer, label }: { offer: CloudOffer | undefined; label: string }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const facts = [
    offer !== undefined && offer.name !== label && offer.name,
    offer?.size_bytes != null && offer.size_bytes > 0 && bytes(offer.size_bytes, locale),
    offer?.status === "not_ready" && t("entry.cloud.notReady"),
    offer?.vcpus && t("size.cores", { count: offer.vcpus }),
    offer?.memory_mib && mib(offer.memory_mib, locale),
  ].filter(Boolean);
  return (
    <Group justify="space-between" gap="sm" wrap="nowrap" w="100%">
      <Text size="sm" className="wrap-anywhere">
        {label}
      </Text>
      <Text size="sm" c="dimmed" ta="right">
        {facts.join(" · ")}
      </Text>
    </Group>
  );
}
