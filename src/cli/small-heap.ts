/** Commands that go through a whole store, or through logs of any size: much is looked at once, little is kept. */
import { setFlagsFromString } from "node:v8";

/**
 * Lets what is no longer needed take less memory, from now on: by itself V8 lets new objects fill 64 MB before it looks
 * what of them is left, and the heap double before it looks through all of it.
 */
export function keepHeapSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--heap-growing-percent=50");
}
