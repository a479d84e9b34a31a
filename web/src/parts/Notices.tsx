/** What the operators want everyone to know, on the sign-in page and above every page. */
import { Alert, Stack } from "@mantine/core";
import { Info, TriangleAlert } from "lucide-react";
import { useSite } from "../api/site";

const COLOURS = { info: "petrol", warning: "amber", danger: "red" } as const;

export function Notices({ radius = 0 }: { radius?: number | "md" }) {
  const notices = useSite().data?.notices ?? [];
  if (notices.length === 0) return null;
  return (
    <Stack gap={radius === 0 ? 0 : "xs"}>
      {notices.map(({ level, text }) => (
        <Alert
          key={text}
          color={COLOURS[level]}
          radius={radius}
          icon={level === "info" ? <Info size={20} /> : <TriangleAlert size={20} />}
        >
          {text}
        </Alert>
      ))}
    </Stack>
  );
}
