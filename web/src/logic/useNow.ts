/** The clock of the pages: one timer for each step, shared by everything that shows it. */
import { useSyncExternalStore } from "react";

class Ticker {
  private now = Date.now();
  private timer: number | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly step: number) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    this.now = Date.now();
    this.timer ??= window.setInterval(this.tick, this.step);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0 || this.timer === null) return;
      window.clearInterval(this.timer);
      this.timer = null;
    };
  };

  readonly read = (): number => this.now;

  private readonly tick = (): void => {
    this.now = Date.now();
    for (const listener of this.listeners) listener();
  };
}

const fine = new Ticker(1000);
const coarse = new Ticker(15_000);

/** Epoch milliseconds, renewed each second (`fine`) or every 15 s. */
export function useNow(precision: "fine" | "coarse" = "coarse"): number {
  const ticker = precision === "fine" ? fine : coarse;
  return useSyncExternalStore(ticker.subscribe, ticker.read);
}
