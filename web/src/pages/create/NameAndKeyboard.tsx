import { ActionIcon, Select, SimpleGrid, TextInput, Tooltip } from "@mantine/core";
import { Shuffle } from "lucide-react";
import { useTranslation } from "react-i18next";
import { isLayout, LAYOUTS } from "../../logic/keyboards";
import { NAME_LIMIT, type Draft } from "./useDraft";

export function NameAndKeyboard({ draft, errors }: { draft: Draft; errors: Record<string, string[]> }) {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
      <TextInput
        label={t("create.name")}
        description={t("create.nameHint")}
        value={draft.name}
        maxLength={NAME_LIMIT}
        required
        error={errors.name?.join(" ")}
        onChange={({ currentTarget: { value } }) => draft.setName(value)}
        rightSection={
          <Tooltip label={t("create.anotherName")}>
            <ActionIcon variant="subtle" color="gray" aria-label={t("create.anotherName")} onClick={draft.anotherName}>
              <Shuffle size={16} />
            </ActionIcon>
          </Tooltip>
        }
      />
      <Select
        label={t("create.keyboard")}
        description={t("create.keyboardHint")}
        data={LAYOUTS.map((value) => ({ value, label: t(`keyboard.${value}`) }))}
        value={draft.keyboard}
        onChange={(value) => {
          if (isLayout(value)) draft.setKeyboard(value);
        }}
        allowDeselect={false}
        searchable
        nothingFoundMessage={t("create.noKeyboard")}
        error={errors.keyboard?.join(" ")}
      />
    </SimpleGrid>
  );
}
