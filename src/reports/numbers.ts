/** Numbers as reports print them. Nothing known is `–`; minus signs are real ones. */
import type { Estimate } from "../analysis/statistics.ts";

export const UNKNOWN = "–";

/** 0.819 → `81.9 %`. */
export function percent(share: number | null): string {
  return share === null ? UNKNOWN : `${(100 * share).toFixed(1)} %`;
}

/** Percentage points with their sign: 0.119 → `+11.9`. */
export function points(difference: number | null): string {
  return difference === null ? UNKNOWN : signed(100 * difference, 1);
}

/** `79.3 … 84.1` in percent. */
export function percentInterval({ low, high }: Pick<Estimate, "low" | "high">): string {
  return low === null || high === null ? UNKNOWN : `${(100 * low).toFixed(1)} … ${(100 * high).toFixed(1)}`;
}

/** `+9.8 … +14.2` in percentage points. */
export function pointsInterval({ low, high }: Estimate): string {
  return low === null || high === null ? UNKNOWN : `${points(low)} … ${points(high)}`;
}

/** How much more or less: 0.2 → `+20 %`. */
export function more(share: number | null): string {
  return share === null ? UNKNOWN : `${signed(100 * share, 0)} %`;
}

/** Costs that differ by a larger share are pointed out. */
const SAME_COMPUTE = 0.05;

/** `EEF took 38 % fewer environment steps than RFT×6`; undefined where both took about as many or one took none. */
export function unequalSteps(a: string, b: string, share: number | null): string | undefined {
  if (share === null || Math.abs(share) <= SAME_COMPUTE) return undefined;
  return `${a} took ${Math.round(100 * Math.abs(share))} % ${share > 0 ? "more" : "fewer"} environment steps than ${b}`;
}

/** A return, in the benchmark's units. */
export function plain(value: number | null): string {
  return value === null ? UNKNOWN : value.toFixed(Math.abs(value) >= 10 ? 1 : 3).replace("-", "−");
}

/** An amount of money: `$0.0042`, `$12.30`, `$1,234`. */
export function amount(value: number | null, currency: string): string {
  if (value === null) return UNKNOWN;
  const digits = value === 0 || value >= 1000 ? 0 : value >= 1 ? 2 : 4;
  const shown = value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${currency}${shown}`;
}

/** A whole number with separated thousands: 45906.25 → `45,906`. */
export function whole(value: number | null): string {
  return value === null ? UNKNOWN : Math.round(value).toLocaleString("en-US");
}

/** `0.02`, `0.0004`, `< 0.0001`. */
export function probability(p: number | null): string {
  if (p === null) return UNKNOWN;
  return p < 0.0001 ? "< 0.0001" : p.toFixed(p < 0.01 ? 4 : 2);
}

/** `850 ms`, `12.3 s`, `4 m 05 s`, `2 h 03 m`. */
export function duration(milliseconds: number | null): string {
  if (milliseconds === null) return UNKNOWN;
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${twoDigits(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} m`;
}

const twoDigits = (value: number) => String(value).padStart(2, "0");

function signed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return `${value < 0 ? "−" : "+"}${text}`;
}
