/** What bounds the work that a stranger's checkpoint asks for: its chat template and its splitting patterns are programs. */

export interface ComputingLimits {
  /** Values that a chat template may work out for one conversation, long ones counted in parts. Real ones take a hundred for a message. */
  readonly steps: number;
  /** Characters of a text, or elements of a list, that a chat template may make. */
  readonly size: number;
  /** Milliseconds for one text that is parted into tokens, or put together from them. */
  readonly ms: number;
}

export const COMPUTING_LIMITS: ComputingLimits = { steps: 20_000_000, size: 2 ** 24, ms: 20_000 };
