/** Work: the screen from edge to edge, and a thin bar that hides. */
import { useCallback } from "react";
import { useParams, useSearchParams } from "react-router";
import { useTranslation } from "react-i18next";
import { Box, Container, Loader } from "@mantine/core";
import { useInstance } from "../../api/instances";
import type { InstanceDetail } from "../../api/types";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { InstanceGone, isGone } from "../../parts/InstanceGone";
import { useTab } from "../../parts/Page";
import type { Connection } from "../../desktop/connection";
import { Bar } from "./Bar";
import { Overlay } from "./Overlay";
import { useBar } from "./useBar";
import { useDesktop } from "./useDesktop";
import { useThumbnails } from "./useThumbnails";
import { useWarnings } from "./useWarnings";

export function DesktopPage() {
  const { t } = useTranslation();
  const { id = "" } = useParams();
  const answer = useInstance(id);
  if (answer.isError && isGone(answer.error)) {
    return (
      <main>
        <InstanceGone />
      </main>
    );
  }
  const instance = answer.data?.data;
  if (instance !== undefined) return <Desktop key={id} instance={instance} />;
  return (
    <Container component="main" py="xl">
      {answer.isError ? <ErrorPanel error={answer.error} onRetry={() => void answer.refetch()} /> : <Loader role="status" aria-label={t("loading")} />}
    </Container>
  );
}

function Desktop({ instance }: { instance: InstanceDetail }) {
  const [search] = useSearchParams();
  const viewOnly = search.get("view") === "1" || !instance.mine;
  const desktop = useDesktop(instance, viewOnly);
  const bar = useBar(desktop);
  useTab(instance.name);
  useThumbnails(instance, desktop);
  useWarnings(instance);
  return (
    <Box component="main" className="desktop" data-bar={bar.pinned ? "pinned" : "floating"}>
      <Bar instance={instance} desktop={desktop} bar={bar} viewOnly={viewOnly} />
      <Screen connection={desktop.connection} live={desktop.link.name === "open"} />
      <Overlay instance={instance} desktop={desktop} />
    </Box>
  );
}

function Screen({ connection, live }: { connection: Connection; live: boolean }) {
  const attach = useCallback((target: HTMLDivElement) => connection.attach(target), [connection]);
  return <div ref={attach} className="desktop-screen" data-live={live} />;
}
