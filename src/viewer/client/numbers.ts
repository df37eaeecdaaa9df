/** Numbers as the page writes them. */
import type { Share } from "../api/shared.ts";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `12,345`; rounded to a whole number. */
export const count = (value: number): string => whole.format(value);

/** `62.5`, of a share from 0 to 1. */
export const percent = (value: number, digits = 1): string => (100 * value).toFixed(digits);

/** From 0 to 1; null where nothing was played. */
export const rateOf = (share: Share): number | null => (share.of > 0 ? share.won / share.of : null);

/** `−3.6`, `+11.0`, `0.0`: with a true minus. */
export function signed(value: number, digits = 1): string {
  const size = Math.abs(value).toFixed(digits);
  if (Number(size) === 0) return size;
  return `${value < 0 ? "−" : "+"}${size}`;
}

/** `1 task`, `2 tasks`. */
export const counted = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;

/** `40 s`, `12 min`, `3 h 20 min`, with blanks that do not break. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.round(seconds)}\u00a0s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}\u00a0min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)}\u00a0h ${minutes % 60}\u00a0min` : `${minutes / 60}\u00a0h`;
}
