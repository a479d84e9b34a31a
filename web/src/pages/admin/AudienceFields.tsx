/** Who may start it: everybody, or those whom any one of the chosen roles, instruments and groups names. */
import { Chip, Group, Input, MultiSelect, Radio, Stack, TagsInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useInstruments } from "../../api/catalogue";
import { AUDIENCE_ROLES, type Audience } from "../../logic/audience";
import type { Draft } from "../../logic/entryDraft";
import type { FieldsProps } from "./EditEntry";

export function AudienceFields({ draft, change, errors }: FieldsProps) {
  const { t } = useTranslation();
  const set = (part: Partial<Audience>) => change({ audience: { ...draft.audience, ...part } });
  return (
    <Stack gap="sm">
      <Radio.Group
        label={t("entry.audience")}
        value={draft.everybody ? "everybody" : "some"}
        onChange={(value) => change({ everybody: value === "everybody" })}
        error={errors.audience?.join(" ")}
      >
        <Group mt={4}>
          <Radio value="everybody" label={t("entry.everybody")} />
          <Radio value="some" label={t("entry.some")} />
        </Group>
      </Radio.Group>
      {!draft.everybody && <Some audience={draft.audience} set={set} />}
    </Stack>
  );
}

function Some({ audience, set }: { audience: Draft["audience"]; set: (part: Partial<Audience>) => void }) {
  const { t } = useTranslation();
  const instruments = useInstruments().data ?? [];
  const unknown = audience.instruments.filter((id) => !instruments.some((each) => each.id === id));
  return (
    <>
      <Input.Wrapper label={t("entry.roles")} labelElement="div">
        <Chip.Group multiple value={audience.roles} onChange={(roles) => set({ roles })}>
          <Group gap={6} mt={4} role="group" aria-label={t("entry.roles")}>
            {AUDIENCE_ROLES.map((role) => (
              <Chip key={role} value={role} size="sm">
                {t(`audience.role.${role}`)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Input.Wrapper>
      <MultiSelect
        label={t("entry.instruments")}
        description={t("entry.instrumentsHint")}
        data={[...instruments.map(({ id, name }) => ({ value: id, label: name })), ...unknown.map((id) => ({ value: id, label: id }))]}
        value={audience.instruments}
        onChange={(value) => set({ instruments: value })}
        searchable
        nothingFoundMessage={t("entry.noInstrument")}
      />
      <TagsInput
        label={t("entry.groups")}
        description={t("entry.groupsHint")}
        value={audience.groups}
        onChange={(groups) => set({ groups })}
        acceptValueOnBlur
      />
    </>
  );
}
