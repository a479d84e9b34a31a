/** How long instances of this entry live, by standing; an empty field leaves it to the policy. */
import { NumberInput, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { LIFETIME_FIELDS, LIFETIME_ROLES, useCloudOffers } from "../../api/adminCatalogue";
import type { FieldsProps } from "./EditEntry";

export function LifetimeFields({ draft: { lifetimes }, change, errors }: FieldsProps) {
  const { t } = useTranslation();
  const policy = useCloudOffers().data?.policy;
  return (
    <div>
      <Text size="sm" fw={600}>
        {t("entry.lifetimes")}
      </Text>
      <Text size="xs" c="dimmed" mb={4}>
        {t("entry.lifetimesHint")}
      </Text>
      <Table withRowBorders={false} horizontalSpacing={4} verticalSpacing={4} layout="fixed" className="lifetimes">
        <Table.Thead>
          <Table.Tr>
            <Table.Td />
            {LIFETIME_FIELDS.map((field) => (
              <Table.Th key={field} scope="col" fw={500} fz="xs" id={`column-${field}`}>
                {t(`entry.lifetime.${field}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {LIFETIME_ROLES.map((role) => (
            <Table.Tr key={role}>
              <Table.Th scope="row" fw={500} fz="sm" id={`row-${role}`}>
                {t(`audience.role.${role}`)}
              </Table.Th>
              {LIFETIME_FIELDS.map((field) => (
                <Table.Td key={field}>
                  <NumberInput
                    aria-labelledby={`row-${role} column-${field}`}
                    placeholder={policy?.[role]?.[field].toString() ?? t("entry.byPolicy")}
                    value={lifetimes[role][field]}
                    onChange={(value) => change({ lifetimes: { ...lifetimes, [role]: { ...lifetimes[role], [field]: typeof value === "number" ? value : "" } } })}
                    min={1}
                    max={3650}
                    allowDecimal={false}
                    allowNegative={false}
                    hideControls
                  />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {errors.lifetimes !== undefined && (
        <Text size="sm" c="red" role="alert">
          {errors.lifetimes.join(" ")}
        </Text>
      )}
    </div>
  );
}
