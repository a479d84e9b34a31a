/** The fields of an entry, the same order for images and flavours: what it is, what it runs on, for whom, how long. */
import { Chip, Group, Input, NumberInput, Select, SimpleGrid, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { PROTOCOLS, type Kind } from "../../api/adminCatalogue";
import { slug, type Typed } from "../../logic/entryDraft";
import { ICON_NAMES, ImageIcon } from "../../parts/ImageIcon";
import { AudienceFields } from "./AudienceFields";
import { CloudChoice } from "./CloudChoice";
import type { FieldsProps } from "./EditEntry";
import { LifetimeFields } from "./LifetimeFields";

const typed = (value: string | number): Typed => (typeof value === "number" ? value : "");

export function EntryFields({ kind, isNew, ...fields }: FieldsProps & { kind: Kind; isNew: boolean }) {
  const { t } = useTranslation();
  const { draft, change, errors } = fields;
  return (
    <>
      <TextInput
        label={t("entry.name")}
        value={draft.name}
        maxLength={100}
        required
        data-autofocus
        error={errors.name?.join(" ")}
        onChange={({ currentTarget: { value } }) => change({ name: value })}
      />
      {isNew && (
        <TextInput
          label={t("entry.id")}
          description={t("entry.idHint")}
          value={draft.id ?? slug(draft.name)}
          maxLength={60}
          required
          error={errors.id?.join(" ")}
          onChange={({ currentTarget: { value } }) => change({ id: value })}
        />
      )}
      <Textarea
        label={t("entry.description")}
        value={draft.description}
        maxLength={500}
        autosize
        minRows={2}
        maxRows={6}
        error={errors.description?.join(" ")}
        onChange={({ currentTarget: { value } }) => change({ description: value })}
      />
      <CloudChoice kind={kind} isNew={isNew} {...fields} />
      {kind === "images" ? <ImageFields {...fields} /> : <FlavourFields {...fields} />}
      <AudienceFields {...fields} />
      <LifetimeFields {...fields} />
      <NumberInput
        label={t("entry.position")}
        description={t("entry.positionHint")}
        value={draft.position}
        min={0}
        allowDecimal={false}
        maw="14rem"
        error={errors.position?.join(" ")}
        onChange={(value) => change({ position: typed(value) })}
      />
    </>
  );
}

function ImageFields({ draft, change, errors }: FieldsProps) {
  const { t } = useTranslation();
  const icons = ICON_NAMES.includes(draft.icon) ? ICON_NAMES : [draft.icon, ...ICON_NAMES];
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
        <TagsInput
          label={t("entry.goodFor")}
          description={t("entry.goodForHint")}
          value={draft.goodFor}
          onChange={(goodFor) => change({ goodFor })}
          acceptValueOnBlur
          error={errors.good_for?.join(" ")}
        />
        <Select
          label={t("entry.icon")}
          description={t("entry.iconHint")}
          data={icons}
          value={draft.icon}
          onChange={(icon) => icon !== null && change({ icon })}
          renderOption={({ option }) => (
            <Group gap="sm">
              <ImageIcon icon={option.value} />
              {option.label}
            </Group>
          )}
          allowDeselect={false}
          error={errors.icon?.join(" ")}
        />
      </SimpleGrid>
      <Input.Wrapper label={t("entry.protocols")} description={t("entry.protocolsHint")} labelElement="div" error={errors.protocols?.join(" ")}>
        <Chip.Group multiple value={draft.protocols} onChange={(chosen) => change({ protocols: chosen })}>
          <Group gap={6} mt={6} role="group" aria-label={t("entry.protocols")}>
            {PROTOCOLS.map((protocol) => (
              <Chip key={protocol} value={protocol} size="sm">
                {t(`entry.protocol.${protocol}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Input.Wrapper>
    </>
  );
}

function FlavourFields({ draft, change, errors }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="md">
      <NumberInput
        label={t("entry.cores")}
        value={draft.vcpus}
        min={1}
        max={1024}
        allowDecimal={false}
        required
        error={errors.vcpus?.join(" ")}
        onChange={(value) => change({ vcpus: typed(value) })}
      />
      <NumberInput
        label={t("entry.memory")}
        value={draft.memoryGib}
        min={0.0625}
        decimalScale={4}
        required
        error={errors.memory_mib?.join(" ")}
        onChange={(value) => change({ memoryGib: typed(value) })}
      />
      <NumberInput
        label={t("entry.gpus")}
        value={draft.gpus}
        min={0}
        allowDecimal={false}
        error={errors.gpus?.join(" ")}
        onChange={(value) => change({ gpus: typed(value) })}
      />
    </SimpleGrid>
  );
}
