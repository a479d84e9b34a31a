/** A key that makes repeating a request harmless: the same for the same content, a new one when the content changes. */

export function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class FreshKey {
  private content: string | null = null;
  private key = "";

  constructor(private readonly make: () => string = randomKey) {}

  for(body: unknown): string {
    const content = JSON.stringify(body);
    if (content !== this.content) {
      this.content = content;
      this.key = this.make();
    }
    return this.key;
  }
}
