/** What is counted of a trajectory, without its steps: reports over millions of them read nothing else. */
import type { Step, Trajectory } from "./trajectory.ts";

/** A trajectory without its steps. A trajectory may stand wherever only its members are needed. */
export interface TrajectorySummary
  extends Pick<Trajectory, "id" | "taskId" | "policy" | "fork" | "return" | "success" | "outcome"> {
  /** Steps from the task's start, the forked prefix included. */
  readonly length: number;
  /** Steps that its policy took itself: all but the forked prefix. */
  readonly ownSteps: number;
  /** Tokens that the model read in its own steps; null if no model acted. */
  readonly promptTokens: number | null;
  /** Tokens that the model wrote in its own steps; null if no model acted. */
  readonly completionTokens: number | null;
}

/** The summary of `trajectory`, of which `own` are the steps behind the forked prefix. */
export function summaryOf(trajectory: Omit<Trajectory, "steps">, own: readonly Step[]): TrajectorySummary {
  const { id, taskId, policy, fork, success, outcome } = trajectory;
  const usages = own.flatMap(({ usage }) => (usage ? [usage] : []));
  const tokens = (key: "promptTokens" | "completionTokens") =>
    usages.length === 0 ? null : usages.reduce((sum, usage) => sum + usage[key], 0);
  return {
    id,
    taskId,
    policy,
    fork,
    return: trajectory.return,
    success,
    outcome,
    length: (fork?.step ?? 0) + own.length,
    ownSteps: own.length,
    promptTokens: tokens("promptTokens"),
    completionTokens: tokens("completionTokens"),
  };
}
