/** The technical part of something that went wrong: it unfolds, and can be copied for support. */
import { Button, Code, Collapse, CopyButton, Group, Stack } from "@mantine/core";
import { ChevronDown, Copy } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

/** `children` are what else can be done, before the button that unfolds. */
export function Technical({ text, children }: { text: string; children?: ReactNode }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const region = useId();
  return (
    <>
      <Group gap="xs">
        {children}
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          aria-expanded={open}
          aria-controls={region}
          rightSection={<ChevronDown size={14} className={open ? "turned" : "turning"} />}
          onClick={() => setOpen(!open)}
        >
          {t("error.details")}
        </Button>
      </Group>
      <Collapse expanded={open} id={region}>
        <Stack gap="xs" align="flex-start">
          <Code block w="100%" className="technical">
            {text}
          </Code>
          <CopyButton value={text}>
            {({ copied, copy }) => (
              <Button size="xs" variant="default" leftSection={<Copy size={14} />} onClick={copy}>
                {copied ? t("copy.done") : t("error.copy")}
              </Button>
            )}
          </CopyButton>
        </Stack>
      </Collapse>
    </>
  );
}
