/** Keeping an instance or workspace: which one, why, and until when. */
import { Button, Group, Modal, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Problem } from "../../api/problem";
import { usePlaceHold } from "../../api/reclaim";
import { endOfDay, inputDay } from "../../logic/days";
import { DayField } from "../../parts/DayField";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { notifyDone } from "../../parts/notify";

const SUBJECTS = ["instance", "workspace"] as const;

/** What is held where it was chosen already. */
export interface Chosen {
  subject: (typeof SUBJECTS)[number];
  id: string;
}

export function PlaceHold({ chosen, onClose }: { chosen?: Chosen | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal opened onClose={onClose} title={t("holds.add")} size="lg" closeButtonProps={{ "aria-label": t("close") }} closeOnClickOutside={false}>
      <Form chosen={chosen} onClose={onClose} />
    </Modal>
  );
}

/** An id, or the address of an instance's page that was copied from a mail. */
const idOf = (typed: string): string => /\/instances\/([^/?#]+)/.exec(typed)?.[1] ?? typed.trim();

function Form({ chosen, onClose }: { chosen?: Chosen | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const [today] = useState(() => inputDay(Date.now()));
  const [subject, setSubject] = useState<(typeof SUBJECTS)[number]>(chosen?.subject ?? "instance");
  const [typed, setTyped] = useState(chosen?.id ?? "");
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  const act = usePlaceHold();
  const errors = act.error instanceof Problem ? act.error.errors : {};
  const wrongDay = until !== "" && until < today;
  const lacking = idOf(typed) === "" || reason.trim() === "" || wrongDay;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (lacking || act.isPending) return;
    act.mutate(
      { subject, subject_id: idOf(typed), reason, ends_at: until === "" ? null : endOfDay(until) },
      {
        onSuccess: ({ data }) => {
          notifyDone(t("holds.placed", { name: data.name }));
          onClose();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm">{t("holds.fate")}</Text>
        <SegmentedControl
          value={subject}
          onChange={setSubject}
          aria-label={t("holds.which")}
          data={SUBJECTS.map((value) => ({ value, label: t(`holds.subject.${value}`) }))}
        />
        <TextInput
          label={t("holds.id")}
          description={t(`holds.idWhat.${subject}`)}
          value={typed}
          autoComplete="off"
          data-autofocus
          error={errors.subject_id?.[0]}
          onChange={({ currentTarget: { value } }) => setTyped(value)}
        />
        <TextInput
          label={t("reclaim.why")}
          description={t("reclaim.whyWhat")}
          value={reason}
          maxLength={500}
          error={errors.reason?.[0]}
          onChange={({ currentTarget: { value } }) => setReason(value)}
        />
        <DayField
          label={t("holds.until")}
          description={t("holds.untilWhat")}
          value={until}
          min={today}
          required={false}
          error={errors.ends_at?.[0] ?? (wrongDay ? t("holds.past") : undefined)}
          onChange={setUntil}
        />
        {act.isError && <ErrorPanel error={act.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button type="submit" loading={act.isPending} disabled={lacking}>
            {t("holds.add")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
