/**
 * Something went wrong: what happened, what was kept, what to do. The technical part unfolds and can be copied, so
 * that a mail to support holds what support needs.
 */
import { Alert, Button, Stack, Text } from "@mantine/core";
import { CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { headlineOf } from "../api/headline";
import { Problem, Unreachable } from "../api/problem";
import { Technical } from "./Technical";

interface Props {
  error: Error;
  /** What was kept, in this place's own words ("Your choices are still here."). */
  kept?: string;
  onRetry?: () => void;
}

export function ErrorPanel({ error, kept, onRetry }: Props) {
  const { t } = useTranslation();
  return (
    <Alert color="red" variant="light" icon={<CircleAlert size={20} />} title={t(headlineOf(error))} role="alert">
      <Stack gap="xs">
        <Text size="sm">{explanation(error) ?? t(error instanceof Unreachable ? "error.unreachable" : "error.ours")}</Text>
        {kept !== undefined && <Text size="sm">{kept}</Text>}
        <Technical text={technical(error)}>
          {onRetry !== undefined && (
            <Button size="xs" variant="default" onClick={onRetry}>
              {t("error.retry")}
            </Button>
          )}
        </Technical>
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
