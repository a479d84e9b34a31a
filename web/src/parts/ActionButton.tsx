/**
 * A button for something that the API allows or refuses. A refused one stays focusable and says why, in the API's
 * words: on hover, on focus, on touch, and to a screen reader.
 */
import { Button, Tooltip, VisuallyHidden, type ButtonProps } from "@mantine/core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Action } from "../api/types";

interface Props extends ButtonProps {
  action: Action;
  to?: string;
  onClick?: () => void;
}

export function ActionButton({ action, to, onClick, children, ...rest }: Props) {
  const { t } = useTranslation();
  const reasonId = useId();
  if (!action.allowed) {
    const reason = action.reason ?? t("action.refused");
    return (
      <>
        <Tooltip label={reason} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
          <Button {...rest} data-disabled aria-disabled aria-describedby={reasonId} onClick={(event) => event.preventDefault()}>
            {children}
          </Button>
        </Tooltip>
        <VisuallyHidden id={reasonId}>{reason}</VisuallyHidden>
      </>
    );
  }
  if (to !== undefined) {
    return (
      <Button {...rest} component={Link} to={to}>
        {children}
      </Button>
    );
  }
  return (
    <Button {...rest} {...(onClick && { onClick })}>
      {children}
    </Button>
  );
}
