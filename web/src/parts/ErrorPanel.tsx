/**
 * Something went wrong: what happened, what was kept, what to do. The technical part unfolds and can be copied, so
 * that a mail to support holds what support needs.
 */
import { Alert, Button, Code, Collapse, CopyButton, Group, Stack, Text } from "@mantine/core";
import { ChevronDown, CircleAlert, Copy } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { headlineOf } from "../api/headline";
import { Problem, Unreachable } from "../api/problem";

interface Props {
  error: Error;
  /** What was kept, in this place's own words ("Your choices are still here."). */
  kept?: string;
  onRetry?: () => void;
}

export function ErrorPanel({ error, kept, onRetry }: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const region = useId();
  return (
    <Alert color="red" variant="light" icon={<CircleAlert size={20} />} title={t(headlineOf(error))} role="alert">
      <Stack gap="xs">
        <Text size="sm">{explanation(error) ?? t(error instanceof Unreachable ? "error.unreachable" : "error.ours")}</Text>
        {kept !== undefined && <Text size="sm">{kept}</Text>}
        <Group gap="xs">
          {onRetry !== undefined && (
            <Button size="xs" variant="default" onClick={onRetry}>
              {t("error.retry")}
            </Button>
          )}
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
            <Code block w="100%">
              {technical(error)}
            </Code>
            <CopyButton value={technical(error)}>
              {({ copied, copy }) => (
                <Button size="xs" variant="default" leftSection={<Copy size={14} />} onClick={copy}>
                  {copied ? t("copy.done") : t("error.copy")}
                </Button>
              )}
            </CopyButton>
          </Stack>
        </Collapse>
      </Stack>
    </Alert>
  );
}

const explanation = (error: Error): string | null => (error instanceof Problem ? error.detail : null);

function technical(error: Error): string {
  const lines = [`${error.name}: ${error.message}`];
  if (error instanceof Problem) lines.push(`code: ${error.code}`, `status: ${error.status}`, `request: ${error.requestId ?? "-"}`);
  if (error instanceof Problem || error instanceof Unreachable) lines.push(`url: ${error.url}`, `at: ${error.at.toISOString()}`);
  if (error instanceof Unreachable && error.cause instanceof Error) lines.push(`cause: ${error.cause.message}`);
  lines.push(`page: ${window.location.pathname}`, `browser: ${navigator.userAgent}`);
  return lines.join("\n");
}
