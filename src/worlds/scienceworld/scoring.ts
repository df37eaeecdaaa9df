/**
 * What an episode is worth, in points: the simulator's score times 100, rounded as the official Python wrapper does it. The
 * return is the sum of the rewards, so it is what the last step leaves.
 *
 *   final   the score at the end; a failed task (a wrong focus) ends the episode at -100
 *   best    the highest score reached at any time, at least 0, as ETO counts it (it does not round)
 */
export const SCORINGS = ["final", "best"] as const;
/** What a return is: the score at the end (`final`), or the highest one reached (`best`). */
export type Scoring = (typeof SCORINGS)[number];

/** Points before the first action. */
export const initialPoints = 0;

/** The points after a step that left the simulator's `score` (at most 1), when they were `before`. */
export function pointsAfter(scoring: Scoring, before: number, score: number): number {
  const points = pointsOf(score);
  return scoring === "final" ? points : Math.max(before, points);
}

/**
 * Whether a fruit was focused on that nobody grew, which the simulator takes for a win of grow-fruit: no plant has ever
 * borne fruit. `goal` is the simulator's account of the task's goals.
 */
export const isUngrown = (goal: string): boolean => !/^Completed keys:.*\batLeast1Reproducing\b/.test(goal);

/** Points of one score, halves rounded to the even neighbour like Python's `round`. */
export function pointsOf(score: number): number {
  const exact = 100 * score;
  const floor = Math.floor(exact);
  if (exact - floor !== 0.5) return Math.round(exact);
  return floor % 2 === 0 ? floor : floor + 1;
}
