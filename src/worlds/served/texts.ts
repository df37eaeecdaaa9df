/** What a server may say at most: it may be wrong or mean ill, and all of it would be stored. */
import { EnvironmentError } from "../../core/errors.ts";

/** In UTF-16 code units; of a Python world's observation it is as much. */
const LONGEST_OBSERVATION = 1_000_000;

/** The text of an observation. Throws EnvironmentError for one that is too long. */
export function notTooLong(text: string): string {
  if (text.length <= LONGEST_OBSERVATION) return text;
  throw new EnvironmentError(
    `the observation has ${text.length} characters, expected at most ${LONGEST_OBSERVATION.toLocaleString("en-US")}`,
  );
}
