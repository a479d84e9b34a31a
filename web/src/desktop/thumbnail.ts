/** A small picture of the desktop for its owner's pages. */

export const WIDTH = 320;
export const LARGEST_BYTES = 64 * 1024;
export const FIRST_MS = 10_000;
export const EVERY_MS = 60_000;

const QUALITIES = [0.75, 0.6, 0.45, 0.3];

/** A JPEG of at most 64 KiB, or null where there is no picture or none small enough. */
export async function photograph(source: HTMLCanvasElement): Promise<Blob | null> {
  if (source.width === 0 || source.height === 0) return null;
  const small = document.createElement("canvas");
  small.width = Math.min(WIDTH, source.width);
  small.height = Math.max(1, Math.round((source.height * small.width) / source.width));
  const context = small.getContext("2d");
  if (context === null) return null;
  context.imageSmoothingQuality = "high";
  context.drawImage(source, 0, 0, small.width, small.height);
  for (const quality of QUALITIES) {
    const blob = await new Promise<Blob | null>((resolve) => small.toBlob(resolve, "image/jpeg", quality));
    if (blob !== null && blob.size <= LARGEST_BYTES) return blob;
  }
  return null;
}
