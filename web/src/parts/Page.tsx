/** A page's frame: its width, its one h1 (which takes the focus after a navigation), and the document's title. */
import { Box, Container, Group, Title } from "@mantine/core";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useLocation } from "react-router";
import { useSite } from "../api/site";

interface Props {
  title: string;
  beside?: ReactNode;
  size?: "md" | "lg" | "xl";
  /** What the browser's tab says, where the heading itself would be too long or is edited in place. */
  tab?: string;
  heading?: ReactNode;
  children: ReactNode;
}

export function Page({ title, beside, size = "lg", tab, heading, children }: Props) {
  useTab(tab ?? title);
  const ref = useRef<HTMLDivElement>(null);
  const { pathname, key } = useLocation();
  const [arrivedBy] = useState(key); // later changes of the query are no arrivals
  useEffect(() => {
    // The first page leaves the focus to the browser; a page reached by a link announces itself.
    if (arrivedBy !== "default") ref.current?.querySelector("h1")?.focus({ preventScroll: true });
  }, [pathname, arrivedBy]);
  return (
    <Container size={size} py={{ base: "md", sm: "xl" }}>
      <Group justify="space-between" align="center" mb="lg" gap="sm">
        <Box miw={0} flex="1 1 16rem" ref={ref}>
          {heading ?? (
            <Title order={1} size="h2" tabIndex={-1} className="page-title">
              {title}
            </Title>
          )}
        </Box>
        {beside}
      </Group>
      {children}
    </Container>
  );
}

export function useTab(title: string): void {
  const site = useSite().data?.name;
  useEffect(() => {
    document.title = site === undefined ? title : `${title} · ${site}`;
  }, [title, site]);
}
