/**
 * How many cases a property with dear ones draws: a quarter in `npm test`, all of them in `npm run test:hostile`
 * (`test/hostile/properties.test.ts`).
 */

const ALL = "GLEANER_ALL_CASES";

export const cases = (all: number): { readonly numRuns: number } => ({
  numRuns: process.env[ALL] === undefined ? Math.ceil(all / 4) : all,
});

/** From here on properties draw all. */
export function drawAllCases(): void {
  process.env[ALL] = "1";
}
