/** What to say to somebody whom mail did not reach, and recording that and how they were told. */
import { Blockquote, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { useTellInPerson, type Untold } from "../../api/notices";
import { Problem } from "../../api/problem";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { notifyDone } from "../../parts/notify";

export function TellInPerson({ notice, onClose }: { notice: Untold; onClose: () => void }) {
  const { t } = useTranslation();
  const [said] = useState(notice.message); // what was read out stays, while the list goes on
  const [how, setHow] = useState("");
  const act = useTellInPerson(notice.id);
  const errors = act.error instanceof Problem ? act.error.errors : {};
  const lacking = how.trim() === "";
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (lacking || act.isPending) return;
    act.mutate(how, {
      onSuccess: () => {
        notifyDone(t("notTold.done", { name: notice.person.name }));
        onClose();
      },
    });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("notTold.telling", { name: notice.person.name })}
      closeButtonProps={{ "aria-label": t("close") }}
      closeOnClickOutside={false}
    >
      <form onSubmit={submit} noValidate>
        <Stack>
          <Text size="sm">{t("notTold.say")}</Text>
          <Blockquote p="sm" m={0} fz="sm" className="wrap-anywhere">
            {said}
          </Blockquote>
          <Text size="sm">{t("notTold.counts")}</Text>
          <TextInput
            label={t("notTold.how")}
            description={t("notTold.howWhat")}
            value={how}
            maxLength={200}
            data-autofocus
            error={errors.how?.[0]}
            onChange={({ currentTarget: { value } }) => setHow(value)}
          />
          {act.isError && <ErrorPanel error={act.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button type="submit" loading={act.isPending} disabled={lacking}>
              {t("notTold.confirm")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
