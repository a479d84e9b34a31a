/**
 * What is being put together on New. The experiments and the search stand in the address, so that a link or the Back
 * button brings them again; the rest starts from what this browser used last.
 */
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useFlavours, useImages, type ExperimentFilter } from "../../api/catalogue";
import { useInstances } from "../../api/instances";
import { useMe } from "../../api/site";
import { friendlyName } from "../../logic/friendlyName";
import { guessLayout, isLayout } from "../../logic/keyboards";
import { readPreferences } from "../../logic/preferences";

export const NAME_LIMIT = 80;

export function useDraft() {
  const images = useImages();
  const address = useAddress();
  const flavours = useFlavours(address.chosen);
  const taken = (useInstances().data ?? []).map(({ name }) => name);
  const [remembered] = useState(readPreferences);
  const [imageId, setImageId] = useState(remembered.imageId);
  const [flavourId, setFlavourId] = useState(remembered.flavourId);
  const [name, setName] = useState(() => friendlyName(Math.random, taken));
  const [keyboard, setKeyboard] = useState(() =>
    isLayout(remembered.keyboard) ? remembered.keyboard : guessLayout(navigator.languages),
  );
  // What was remembered may be gone by now; then the first that is on offer (and free) stands in.
  const image = images.data?.find(({ id }) => id === imageId) ?? images.data?.[0];
  const flavour =
    flavours.data?.find(({ id }) => id === flavourId) ?? flavours.data?.find(({ available }) => available.now) ?? flavours.data?.[0];
  return {
    images,
    flavours,
    image,
    flavour,
    setImageId,
    setFlavourId,
    name,
    setName,
    anotherName: () => setName(friendlyName(Math.random, [...taken, name])),
    keyboard,
    setKeyboard,
    ...address,
  };
}

export type Draft = ReturnType<typeof useDraft>;

function useAddress() {
  const [search, setSearch] = useSearchParams();
  const guest = useMe().data?.guest === true;
  const chosen = [...new Set(search.getAll("experiment"))];
  const asked = search.get("scope");
  const filter: ExperimentFilter = {
    scope: asked === "open" || (guest && asked !== "mine") ? "open" : "mine",
    q: search.get("q") ?? "",
    instrument: search.get("instrument"),
  };
  const change = (edit: (next: URLSearchParams) => void) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        edit(next);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  return {
    chosen,
    filter,
    setFilter: (part: Partial<ExperimentFilter>) =>
      change((next) => {
        for (const [name, value] of Object.entries(part)) {
          if (value === null || value === "") next.delete(name);
          else next.set(name, value);
        }
      }),
    toggle: (id: string) =>
      change((next) => {
        const rest = chosen.filter((each) => each !== id);
        next.delete("experiment");
        for (const each of rest.length === chosen.length ? [...chosen, id] : rest) next.append("experiment", each);
      }),
  };
}
