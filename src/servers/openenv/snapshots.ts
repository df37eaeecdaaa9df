/**
 * Snapshots that a client keeps: OpenEnv has no verb for them, so the answer to `state` carries one, and a reset takes it
 * back. The server keeps nothing. It seals the text, so that only what this server has written itself is ever restored.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Snapshot } from "../../core/environment.ts";
import type { TaskId } from "../../core/ids.ts";
import { ProtocolError } from "./requests.ts";

/** A moment of an episode. */
export interface Moment {
  readonly taskId: TaskId;
  readonly seed: number;
  /** Steps done so far, of which the limit allows so many. */
  readonly steps: number;
  /** Rewards so far, summed. */
  readonly total: number;
  readonly snapshot: Snapshot;
}

export interface Seal {
  /** Equal moments give equal texts; in the state of a world the order of members counts. */
  write(moment: Moment): string;
  /** Throws ProtocolError for a text that this server has not written. */
  read(text: string): Moment;
}

const SEAL_BYTES = 32;
/** Of a seal in base64url. */
const SEAL_LENGTH = 43;

/** A seal of its own for each server. */
export function newSeal(): Seal {
  const key = randomBytes(SEAL_BYTES);
  const sealOf = (text: string) => createHmac("sha256", key).update(text).digest("base64url");
  return {
    write(moment) {
      // Not sorted: a world may show the order of its state's members.
      const text = JSON.stringify(moment);
      return `${sealOf(text)}.${text}`;
    },
    read(text) {
      const moment = text.slice(SEAL_LENGTH + 1);
      const expected = Buffer.from(`${sealOf(moment)}.`);
      const bytes = Buffer.from(text.slice(0, SEAL_LENGTH + 1));
      if (bytes.length === expected.length && timingSafeEqual(bytes, expected)) return JSON.parse(moment) as Moment;
      throw new ProtocolError(
        "EXECUTION_ERROR",
        "restore: this is no snapshot of this server, or it was changed: expected what its state said under snapshot",
      );
    },
  };
}
