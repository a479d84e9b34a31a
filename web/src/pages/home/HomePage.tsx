/** What have I got, and is it in danger? */
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { MonitorPlay, Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useInstances } from "../../api/instances";
import { useMe } from "../../api/site";
import { Blank } from "../../parts/Blank";
import { ErrorPanel } from "../../parts/ErrorPanel";
import { Page } from "../../parts/Page";
import { paths } from "../../paths";
import { InstanceCard, InstanceCardSkeleton } from "./InstanceCard";

export function HomePage() {
  const { t } = useTranslation();
  return (
    <Page
      title={t("home.title")}
      beside={
        <Button component={Link} to={paths.create()} leftSection={<Plus size={18} />}>
          {t("home.new")}
        </Button>
      }
    >
      <Stack gap="lg">
        <Instances />
        <BinLink />
      </Stack>
    </Page>
  );
}

function Instances() {
  const { t } = useTranslation();
  const instances = useInstances();
  if (instances.data === undefined) {
    if (instances.isError) return <ErrorPanel error={instances.error} onRetry={() => void instances.refetch()} />;
    return (
      <Stack aria-busy aria-label={t("loading")} role="status">
        <InstanceCardSkeleton />
        <InstanceCardSkeleton />
      </Stack>
    );
  }
  if (instances.data.length === 0) return <NothingYet />;
  const inDanger = instances.data.filter((each) => each.warning === "urgent").length;
  return (
    <Stack component="section" aria-label={t("home.title")}>
      {inDanger > 0 && <Alert color="amber" title={t("home.danger", { count: inDanger })}>{t("home.dangerWhat")}</Alert>}
      {instances.data.map((instance) => (
        <InstanceCard key={instance.id} instance={instance} />
      ))}
    </Stack>
  );
}

function NothingYet() {
  const { t } = useTranslation();
  const me = useMe().data;
  const binCount = me?.bin_count ?? 0;
  return (
    <Blank icon={<MonitorPlay size={26} />} title={t("home.blank")} why={t(me?.guest === true ? "home.blankGuest" : "home.blankWhy")}>
      <Group justify="center">
        <Button component={Link} to={paths.create()} size="md" leftSection={<Plus size={18} />}>
          {t("home.first")}
        </Button>
        {binCount > 0 && (
          <Button component={Link} to={paths.bin()} size="md" variant="default" leftSection={<Trash2 size={18} />}>
            {t("home.fromBin")}
          </Button>
        )}
      </Group>
    </Blank>
  );
}

function BinLink() {
  const { t } = useTranslation();
  const count = useMe().data?.bin_count ?? 0;
  if (count === 0) return null;
  return (
    <Link to={paths.bin()} className="bin-link">
      <Trash2 size={18} aria-hidden />
      <Text span fw={550}>
        {t("home.bin", { count })}
      </Text>
      <Text span size="sm" c="dimmed">
        {t("home.binWhat")}
      </Text>
    </Link>
  );
}
