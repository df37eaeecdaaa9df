/** One thing this machine has or lacks, as `gleaner doctor` tells it. */
export interface Finding {
  readonly what: string;
  readonly state: "ok" | "missing";
  readonly found: string;
  /** How to get it; "" if nothing is needed. */
  readonly advice: string;
  /** Without it gleaner does not work at all. */
  readonly isNeeded: boolean;
}
