/** Who asks me for more time, and what do I say? */
import { Button, Skeleton, Stack, Switch, Text } from "@mantine/core";
import { Inbox } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { useIsSupport, useRequestsToAnswer } from "../../api/requests";
import { Blank } from "../../parts/Blank";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { Page } from "../../parts/Page";
import { NotFoundPage } from "../NotFoundPage";
import { RequestCard } from "./RequestCard";

export function RequestsPage() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const all = search.get("answered") === "true";
  if (!useIsSupport()) return <NotFoundPage />; // as the API answers others
  const show = (wanted: boolean) => setSearch(wanted ? { answered: "true" } : {}, { replace: true, preventScrollReset: true });
  return (
    <Page
      title={t("nav.requests")}
      beside={<Switch label={t("requests.showAnswered")} checked={all} onChange={({ currentTarget: { checked } }) => show(checked)} />}
    >
      <Text c="dimmed" mb="lg" maw="46rem">
        {t("requests.what")}
      </Text>
      <Requests all={all} />
    </Page>
  );
}

function Requests({ all }: { all: boolean }) {
  const { t } = useTranslation();
  const requests = useRequestsToAnswer(all);
  if (requests.data === undefined) {
    if (requests.isError) return <ErrorPanel error={requests.error} onRetry={() => void requests.refetch()} />;
    return <Skeleton h={200} role="status" aria-label={t("loading")} />;
  }
  const shown = requests.data.pages.flatMap((page) => page.items);
  if (shown.length === 0) return <Blank icon={<Inbox size={26} />} title={t("requests.blank")} why={t("requests.blankWhy")} />;
  return (
    <Stack>
      {shown.map((request) => (
        <RequestCard key={request.id} request={request} />
      ))}
      {requests.hasNextPage && (
        <Button variant="default" loading={requests.isFetchingNextPage} onClick={() => void requests.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </Stack>
  );
}
