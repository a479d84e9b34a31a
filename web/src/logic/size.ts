/** Sizes as people read them: GiB, with MiB below one. */

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

function number(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}

export const bytes = (size: number, locale: string): string =>
  size >= GIB ? `${number(size / GIB, locale)} GiB` : `${number(size / MIB, locale)} MiB`;

export const gib = (size: number, locale: string): string => `${number(size, locale)} GiB`;

export const mib = (size: number, locale: string): string => bytes(size * MIB, locale);
