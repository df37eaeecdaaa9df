/**
 * Lists of steps whose members have other names than gleaner's rows (readers/gleaner.ts), as most small programs write them:
 *
 *     {"game": …, "trajectory": [{"action_taken": "go to desk 1", "model_response": "…", "next_observation": "…"}, …]}
 *
 * is read with `task=game,steps=trajectory,action=action_taken,completion=model_response,observation=next_observation`. An
 * observation is what was seen before the action, as in gleaner's rows. One whose name begins with `next` is what the action led
 * to; `answer` is always that.
 */
import { CliError } from "../core/errors.ts";
import { expectedOneOf, quoted } from "../core/wording.ts";
import { parsePath, valueAt } from "../files/json-path.ts";
import { objectOf, shown } from "./reader.ts";
import { nothingAt, type Row } from "./row.ts";

const OF_ROWS = ["task", "instruction", "steps", "return", "success"] as const;
const OF_STEPS = ["action", "thought", "completion", "observation", "answer"] as const;
/** gleaner's names, which may be given others. */
export const STEP_FIELDS = [...OF_ROWS, ...OF_STEPS] as const;

/** Paths in a row or in a step, by gleaner's name of what stands there. */
export type StepFields = Readonly<Partial<Record<(typeof STEP_FIELDS)[number], string>>>;

/** Reads `action=action_taken,observation=next_observation`. Throws CliError. */
export function parseStepFields(text: string): StepFields {
  const fields: Record<string, string> = {};
  for (const pair of text.split(",").map((each) => each.trim())) {
    const [, name, path] = /^(\w+)=(.+)$/.exec(pair) ?? [];
    if (name === undefined || path === undefined)
      throw new CliError(`expected pairs such as action=action_taken, got ${quoted(pair)}`);
    const known = STEP_FIELDS.find((each) => each === name);
    if (known === undefined) throw new CliError(expectedOneOf(STEP_FIELDS, name));
    if (fields[known] !== undefined) throw new CliError(`${known}: given twice`);
    parsePath(path);
    fields[known] = path;
  }
  if (fields.observation !== undefined && fields.answer !== undefined && isNext(fields.observation))
    throw new CliError(`observation=${fields.observation}: what comes next is the answer, which is given, too`);
  return fields;
}

/** Whether the last name of a path says that it tells what an action led to: `next_observation`, `info.nextObs`. */
const isNext = (path: string) => /^next(?:[^a-z]|$)/.test(path.split(".").at(-1)!);

/** `row` in gleaner's names. Throws CliError, listing the names there are, where a path leads to nothing in the whole record. */
export function inOwnNames(row: Row, fields: StepFields): Row {
  const list = told(row, fields, "steps");
  if (!Array.isArray(list) || list.length === 0)
    throw new CliError(`${fields.steps ?? "steps"}: expected a list with at least one action, found ${shown(list)}`);
  const steps = list.map((step: unknown, index) => objectOf(step, `action in ${fields.steps ?? "steps"}[${index}]`));
  for (const name of OF_STEPS) {
    const path = fields[name];
    if (path !== undefined && steps.every((step) => valueAt(step, parsePath(path)) === undefined))
      throw nothingAt(`steps[0].${path}`, `the ${name} of a step`, steps[0]);
  }
  const next =
    fields.answer ?? (fields.observation !== undefined && isNext(fields.observation) ? fields.observation : undefined);
  const seen = fields.observation === next ? undefined : fields.observation;
  const answers = next === undefined ? [] : steps.map((step) => valueAt(step, parsePath(next)));
  const before = steps.map((step, index) => {
    const own = seen === undefined && next !== undefined ? undefined : valueAt(step, parsePath(seen ?? "observation"));
    return own ?? answers[index - 1];
  });
  // A goal that stands under `task` names no task.
  const isGoal = fields.instruction === "task" && fields.task === undefined;
  return {
    ...row,
    ...Object.fromEntries(OF_ROWS.map((name) => [name, told(row, fields, name)])),
    ...(isGoal && { task: undefined }),
    finalObservation: answers.at(-1) ?? row.finalObservation,
    steps: steps.map((step, index) => ({
      ...Object.fromEntries(OF_STEPS.map((name) => [name, told(step, fields, name)])),
      tokenIds: step.tokenIds,
      observation: before[index],
    })),
  };
}

/** What stands under a name of gleaner's, or where the user says that it does. */
function told(holder: Row, fields: StepFields, name: keyof StepFields): unknown {
  const path = fields[name];
  if (path === undefined) return holder[name];
  const value = valueAt(holder, parsePath(path));
  if (value === undefined && (OF_ROWS as readonly string[]).includes(name))
    throw nothingAt(path, `the ${name}`, holder);
  return value;
}
