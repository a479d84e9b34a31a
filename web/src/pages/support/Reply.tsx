/** Granting until a day, or refusing with words. */
import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { useReply, type RequestToAnswer } from "../../api/requests";
import { Problem } from "../../api/problem";
import { choice, endOfDay, inputDay } from "../../logic/days";
import { day } from "../../logic/time";
import { DayField } from "../../parts/DayField";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { notifyDone } from "../../parts/notify";
import { useLocale } from "../../parts/useLocale";

interface Props {
  request: RequestToAnswer;
  grants: boolean;
  onClose: () => void;
}

export function Reply({ request, grants, onClose }: Props) {
  const { t } = useTranslation();
  const title = t(grants ? "requests.granting" : "requests.refusing", { name: request.instance.name });
  return (
    <Modal opened onClose={onClose} title={title} size="lg" closeButtonProps={{ "aria-label": t("close") }} closeOnClickOutside={false}>
      <Form request={request} grants={grants} onClose={onClose} />
    </Modal>
  );
}

function Form({ request, grants, onClose }: Props) {
  const { t } = useTranslation();
  const locale = useLocale();
  const [openedAt] = useState(() => Date.now());
  const { min, max, latest } = choice(request.instance.expires_at, openedAt);
  const asked = inputDay(Date.parse(request.until));
  const [until, setUntil] = useState(asked >= min ? asked : min);
  const [words, setWords] = useState("");
  const act = useReply(request);
  const errors = act.error instanceof Problem ? act.error.errors : {};
  // What was asked for is given to the second; another day until it ends.
  const chosen = until === asked ? request.until : endOfDay(until, latest);
  const end = until >= min && until <= max ? chosen : null;
  const lacking = grants ? end === null : words.trim() === "";
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (lacking || act.isPending) return;
    act.mutate(
      { until: grants ? end : null, words },
      {
        onSuccess: () => {
          notifyDone(t("requests.done", { name: request.owner.name }));
          onClose();
        },
      },
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <Text size="sm" c="dimmed" className="wrap-anywhere said">
          {request.reason}
        </Text>
        {grants && (
          <DayField
            label={t("requests.until")}
            description={t("moreTime.endsNow", { day: day(Date.parse(request.instance.expires_at), locale) })}
            value={until}
            min={min}
            max={max}
            error={errors.until?.[0] ?? (until !== "" && end === null ? t("moreTime.outside") : undefined)}
            onChange={setUntil}
          />
        )}
        <Textarea
          label={t(grants ? "requests.words" : "requests.whyNot")}
          description={t("requests.wordsWhat", { name: request.owner.name })}
          value={words}
          maxLength={2000}
          autosize
          minRows={2}
          maxRows={10}
          data-autofocus={!grants || undefined}
          error={errors.words?.[0]}
          onChange={({ currentTarget: { value } }) => setWords(value)}
        />
        {act.isError && <ErrorPanel error={act.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button type="submit" color={grants ? "petrol" : "red"} loading={act.isPending} disabled={lacking}>
            {t(grants ? "requests.grant" : "requests.refuse")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
