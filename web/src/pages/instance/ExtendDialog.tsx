/** Where a warning leads: extending, with what that gives. Opening a link changes nothing: that takes the button here. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { Trans, useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { canOnlyAsk } from "../../api/requests";
import type { Instance } from "../../api/types";
import { EndsIn } from "../../parts/EndsIn";
import { ExtendButton } from "../../parts/Expiry";
import { Time } from "../../parts/Time";
import { paths } from "../../paths";

export function ExtendDialog({ instance }: { instance: Instance }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const close = () => setSearch({}, { replace: true, preventScrollReset: true });
  const { extend } = instance.actions;
  return (
    <Modal
      opened={search.has("extend")}
      onClose={close}
      title={t("expiry.extendName", { name: instance.name })}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack>
        <Text size="sm" fw={600}>
          <EndsIn instance={instance} />
        </Text>
        <Text size="sm">
          {extend.allowed ? <Trans i18nKey="extend.what" components={{ when: <Time at={instance.expires_at} /> }} /> : extend.reason}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>
            {t("close")}
          </Button>
          {canOnlyAsk(instance) ? (
            <Button component={Link} to={paths.askForTime(instance.id)} replace>
              {t("moreTime.ask")}
            </Button>
          ) : (
            <ExtendButton instance={instance} size="sm" onDone={close} />
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
