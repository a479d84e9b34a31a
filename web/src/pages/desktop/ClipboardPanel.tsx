/** The clipboard by hand, for browsers and moments in which it does not go by itself. */
import { Alert, Button, CopyButton, Group, Stack, Text, Textarea } from "@mantine/core";
import { ClipboardList } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { BarMenu } from "./BarMenu";
import type { BarState } from "./useBar";
import type { Desktop } from "./useDesktop";

interface Props {
  desktop: Desktop;
  bar: BarState;
  viewOnly: boolean;
}

export function ClipboardPanel({ desktop, bar, viewOnly }: Props) {
  const { t } = useTranslation();
  return (
    <BarMenu label={t("clipboard.title")} icon={<ClipboardList size={17} />} bar={bar} width={400}>
      {(close) => <Panel desktop={desktop} viewOnly={viewOnly} onSent={() => { close(); bar.leave(); }} />}
    </BarMenu>
  );
}

function Panel({ desktop: { clipboard }, viewOnly, onSent }: { desktop: Desktop; viewOnly: boolean; onSent: () => void }) {
  const { t } = useTranslation();
  const held = useSyncExternalStore(clipboard.subscribe, clipboard.text);
  const reading = useSyncExternalStore(clipboard.subscribe, () => clipboard.reading);
  // What is typed here stands over what the desktop holds, until something new comes there.
  const [typed, setTyped] = useState<{ over: string; text: string } | null>(null);
  const text = typed?.over === held ? typed.text : held;
  const send = () => {
    clipboard.toDesktop(text);
    onSent();
  };
  return (
    <Stack gap="sm">
      <Text size="sm">{t(reading === "allowed" ? "clipboard.automatic" : "clipboard.byPasting")}</Text>
      {reading === "may ask" && !viewOnly && (
        <Alert color="petrol" p="xs">
          <Stack gap="xs" align="flex-start">
            {t("clipboard.mayAsk")}
            <Button size="xs" variant="default" onClick={() => void clipboard.askToRead()}>
              {t("clipboard.allow")}
            </Button>
          </Stack>
        </Alert>
      )}
      <Textarea
        label={t("clipboard.text")}
        description={t("clipboard.textWhat")}
        value={text}
        onChange={({ currentTarget: { value } }) => setTyped({ over: held, text: value })}
        autosize
        minRows={4}
        maxRows={12}
        readOnly={viewOnly}
        data-autofocus
      />
      <Group justify="flex-end" gap="xs">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button variant="default" size="xs" disabled={text === ""} onClick={copy}>
              {copied ? t("copy.done") : t("clipboard.take")}
            </Button>
          )}
        </CopyButton>
        {!viewOnly && (
          <Button size="xs" disabled={text === ""} onClick={send}>
            {t("clipboard.send")}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
