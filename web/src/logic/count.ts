/** How many there are, as far as pages of a list tell: "50+" where others follow that were not asked for. */
interface Part {
  items: readonly unknown[];
  next: string | null;
}

export function countOf(pages: readonly Part[]): string {
  const known = pages.reduce((sum, { items }) => sum + items.length, 0);
  const others = pages.at(-1)?.next ?? null;
  return others === null ? String(known) : `${String(known)}+`;
}
