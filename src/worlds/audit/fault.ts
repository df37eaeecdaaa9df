/** What an audit can find, and the ways back that it tries. */
import type { Way } from "../../core/audit.ts";
import type { Environment } from "../../core/environment.ts";
import type { Difference } from "./walk.ts";

export interface Fault extends Difference {
  readonly kind:
    | "clock"
    | "unseeded randomness"
    | "hash order"
    | "state kept between episodes"
    | "state shared between episodes"
    | "listing changes the world"
    | "saving changes the world"
    | "not restored"
    | "reward not restored"
    | "ending not restored"
    | "a step limit runs on"
    | "the copy shares state"
    | "the snapshot lacks state";
  /** Actions before the state that the world was put back to, if it was. */
  readonly from?: number;
}

/** A world that is put back in one way. */
export interface OpenedWay {
  readonly way: Way;
  open(): Promise<Environment>;
}

/** The first fault of each kind. */
export const firstOfEach = (faults: readonly Fault[]): Fault[] =>
  faults.filter(({ kind }, index) => faults.findIndex((fault) => fault.kind === kind) === index);
