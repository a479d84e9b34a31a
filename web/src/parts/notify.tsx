/** Short words at the edge of the page, for what happened to something that may be out of sight. */
import { notifications } from "@mantine/notifications";
import { headlineOf } from "../api/headline";
import { Problem, Unreachable } from "../api/problem";
import { i18next } from "../texts/i18n";

export function notifyDone(message: string): void {
  notifications.show({ message, color: "petrol", closeButtonProps: { "aria-label": i18next.t("close") } });
}

export function notifyError(error: Error): void {
  const reference = error instanceof Problem && error.requestId !== null ? ` (${error.requestId})` : "";
  notifications.show({
    color: "red",
    autoClose: false, // an error stays until it was read
    withBorder: true,
    title: i18next.t(headlineOf(error)),
    message: (error instanceof Unreachable ? i18next.t("error.unreachable") : error.message) + reference,
    closeButtonProps: { "aria-label": i18next.t("close") },
  });
}
