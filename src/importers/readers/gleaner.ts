/**
 * Gleaner's own JSON Lines. What `gleaner dump` writes is read as it is, runs, checkpoints and other lines passed over; the
 * prefix of a fork is taken from its parent in the same file. Anyone else's program may write the least that tells an episode:
 *
 *     {"task": "workshop/train/front-1-17", "steps": [{"action": "take saw"}, …]}
 *
 *     task              the task's id, or its key without the benchmark's name
 *     instruction       its goal; only needed where there is no task
 *     steps             each with `action`, and, where known, `thought`, `completion` (what the model wrote), `reasoning` (what
 *                       it thought apart from that) and `observation`
 *                       (what was seen before it; what is not told is taken from the world), and `tokenIds`: `prompt` and
 *                       `completion` as the model read and wrote them, the prompt without the `shared` first ids of the
 *                       step before (its prompt, then its completion)
 *     (other names are told by `--step-fields`, step-fields.ts)
 *     finalObservation, return, success, outcome ("terminated" or "truncated"): all may be absent
 */
import { CliError } from "../../core/errors.ts";
import type { StepTokenIds } from "../../core/trajectory.ts";
import type { RawRecord } from "../../files/record.ts";
import { firstSigns, readRecords, skimRecords } from "../../files/records.ts";
import { countedBy, type Peek, peekAt, recordsBy } from "../layout.ts";
import {
  type LoggedEpisode,
  type LoggedStep,
  type LogReader,
  objectOf,
  type Survey,
  shown,
  textOf,
} from "../reader.ts";
import { endingOf, type Row, taskKeyOf } from "../row.ts";
import { inOwnNames } from "../step-fields.ts";
import type { World } from "../worlds/world.ts";
import { worldOf } from "../worlds/worlds.ts";
import { readerParts } from "./conversations.ts";
import type { ChatReaderOptions } from "./messages.ts";

/** Reads gleaner's own rows, of any benchmark. */
export function gleaner({ benchmark, stepFields }: Pick<ChatReaderOptions, "benchmark" | "stepFields">): LogReader {
  const world = worldOf(benchmark);
  const readRow = (value: unknown) => {
    const row = objectOf(value, "task and steps");
    return read(stepFields ? inOwnNames(row, stepFields) : row, world);
  };
  return {
    name: "gleaner",
    ...readerParts(world),
    normalize: world.spacing ?? ((observation) => observation),
    records: async function* (file, peek = peekAt(file)) {
      if (await areLines(peek)) yield* (await surveyOfLines(file)).records();
      else yield* recordsBy(readRow, file, peek);
    },
    survey: async (file) => ((await areLines(peekAt(file))) ? surveyOfLines(file) : countedBy(readRow, file)),
    read: readRow,
    ...(stepFields && { options: { stepFields: JSON.stringify(stepFields) } }),
  };
}

function read(row: Row, world: World): LoggedEpisode {
  const { task, instruction = "", steps: told, finalObservation, outcome } = row;
  const taskKey = task === undefined || task === null ? null : taskKeyOf(row, world, "task");
  const goal = textOf(instruction, "instruction", "the goal");
  if (taskKey === null && goal === "") throw new CliError("expected a task or an instruction, found neither");
  if (!Array.isArray(told) || told.length === 0) {
    throw new CliError(`steps: expected a list with at least one action, found ${shown(told)}`);
  }
  const seen = told.map((step: unknown, index) =>
    optional(objectOf(step, `action in steps[${index}]`).observation, `steps[${index}].observation`),
  );
  const last = optional(finalObservation, "finalObservation") || null;
  const ids = tokenIdsOf(told as readonly Row[]);
  const steps = told.map((step, index) => ({
    ...stepOf(step as Row, `steps[${index}]`, seen[index + 1] ?? (index === told.length - 1 ? last : null)),
    ...(ids[index] && { tokenIds: ids[index] }),
  }));
  const ending = endingOf({ reward: row.return, success: row.success }, world, steps.at(-1)!.action);
  const terminated = terminatedOf(outcome);
  const end = ending.end && terminated !== undefined ? { end: { ...ending.end, terminated } } : {};
  return { taskKey, instruction: goal, firstObservation: seen[0] ?? null, steps, unusedThoughts: 0, ...ending, ...end };
}

function stepOf(
  { thought, action, completion, reasoning: apart }: Row,
  place: string,
  observation: string | null,
): LoggedStep {
  const done = textOf(action, `${place}.action`, "an action");
  const reasoning = optional(thought, `${place}.thought`) ?? "";
  const written = optional(completion, `${place}.completion`) ?? (reasoning ? `${reasoning}\n${done}` : done);
  const told = optional(apart, `${place}.reasoning`);
  return { thought: reasoning, action: done, completion: written, ...(told && { reasoning: told }), observation };
}

/** Of each step, where it tells any. */
function tokenIdsOf(steps: readonly Row[]): (StepTokenIds | undefined)[] {
  let before = 0;
  return steps.map(({ tokenIds }, index) => {
    if (tokenIds === undefined || tokenIds === null) {
      before = 0;
      return undefined;
    }
    const place = `steps[${index}].tokenIds`;
    const { shared = 0, prompt, completion } = objectOf(tokenIds, `prompt and completion in ${place}`);
    if (!isId(shared) || shared > before) {
      throw new CliError(
        `${place}.shared: expected at most the ${before} ids of the step before, found ${shown(shared)}`,
      );
    }
    for (const [name, ids] of Object.entries({ prompt, completion })) {
      if (!Array.isArray(ids) || !ids.every(isId)) {
        throw new CliError(`${place}.${name}: expected a list of token ids, found ${shown(ids)}`);
      }
    }
    const kept = { ...(shared > 0 && { shared }), prompt, completion } as StepTokenIds;
    before = shared + kept.prompt.length + kept.completion.length;
    return kept;
  });
}

const isId = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const optional = (value: unknown, place: string): string | null =>
  value === undefined || value === null ? null : textOf(value, place, "text");

function terminatedOf(outcome: unknown): boolean | undefined {
  if (outcome === undefined || outcome === null) return undefined;
  const kind = typeof outcome === "string" ? outcome : objectOf(outcome, "kind in outcome").kind;
  if (typeof kind === "string") return kind === "terminated";
  throw new CliError(`outcome: expected "terminated" or "truncated", found ${shown(kind)}`);
}

/** What dumps begin their lines with. */
const DUMPED = '{"kind":"';

/** A dump of one line has the shape of one value. */
const areLines = async (peek: Peek) =>
  (await firstSigns(peek.file, DUMPED.length)) === DUMPED || (await peek.shape()) === "lines";

/** The trajectories of a dump with their goals and whole; every line of any other file. */
async function surveyOfLines(file: string): Promise<Survey> {
  let count = 0;
  let dumpedLines = 0;
  for await (const raw of skimRecords(file, DUMPED)) {
    const line = raw?.text && dumped(raw.text);
    if (line) dumpedLines += 1;
    if (!line || line.kind === "trajectory") count += 1;
  }
  return { count, records: () => (dumpedLines > 0 ? recordsOfDump(file) : readRecords(file)) };
}

async function* recordsOfDump(file: string): AsyncGenerator<RawRecord> {
  // Found anew, so that memory holds that of one file only.
  const { goals, parents } = await contextOf(file);
  for await (const raw of readRecords(file)) {
    const line = raw.text === null ? undefined : dumped(raw.text);
    if (raw.text === null || !line) yield raw;
    else if (line.kind === "trajectory") {
      const { problem, row } = whole(line.record, goals, parents);
      const { text: _, ...position } = raw;
      yield problem === undefined ? { ...position, text: JSON.stringify(row) } : { ...position, text: null, problem };
    }
  }
}

interface DumpLine {
  readonly kind: string;
  readonly record: Row;
}

/** A line of a dump; undefined for one of another origin. */
function dumped(text: string): DumpLine | undefined {
  if (!text.startsWith(DUMPED)) return undefined;
  try {
    const { kind, record = {} } = JSON.parse(text) as { kind: string; record?: Row };
    return { kind, record };
  } catch {
    return undefined;
  }
}

interface DumpContext {
  /** Of a task's id. */
  readonly goals: ReadonlyMap<unknown, unknown>;
  /** Trajectories that others are forks of, by id. */
  readonly parents: ReadonlyMap<unknown, Row>;
}

async function contextOf(file: string): Promise<DumpContext> {
  const goals = new Map<unknown, unknown>();
  const wanted = new Set<unknown>();
  for await (const raw of skimRecords(file, DUMPED)) {
    const line = raw?.text ? dumped(raw.text) : undefined;
    if (line?.kind === "task") goals.set(line.record.id, line.record.instruction);
    const from = line?.kind === "trajectory" ? parentOf(line.record) : undefined;
    if (from) wanted.add(from.id);
  }
  const parents = new Map<unknown, Row>();
  if (wanted.size === 0) return { goals, parents };
  for await (const { text } of readRecords(file)) {
    const line = text === null ? undefined : dumped(text);
    if (line?.kind === "trajectory" && wanted.has(line.record.id)) parents.set(line.record.id, line.record);
  }
  return { goals, parents };
}

function parentOf({ fork }: Row): { readonly id: unknown; readonly step: number } | undefined {
  if (fork === null || typeof fork !== "object") return undefined;
  const { from, step } = fork as Row;
  return { id: from, step: Number(step) };
}

type Whole =
  | { readonly row: Row; readonly problem?: undefined }
  | { readonly problem: string; readonly row?: undefined };

/** A dump keeps a fork's own steps only. */
function whole(record: Row, goals: DumpContext["goals"], parents: DumpContext["parents"]): Whole {
  const steps = stepsOf(record, parents, 0);
  if (!steps) return { problem: "a fork: expected its parent trajectory in the same file, found none" };
  const { taskId, finalObservation, outcome, success } = record;
  return {
    row: {
      task: taskId,
      instruction: goals.get(taskId) ?? "",
      steps,
      finalObservation,
      outcome,
      success,
      return: record.return,
    },
  };
}

function stepsOf(record: Row, parents: DumpContext["parents"], depth: number): readonly unknown[] | undefined {
  const own = Array.isArray(record.steps) ? (record.steps as unknown[]) : [];
  const from = parentOf(record);
  if (!from) return own;
  const parent = parents.get(from.id);
  const before = parent && depth < parents.size ? stepsOf(parent, parents, depth + 1) : undefined;
  return before && before.length >= from.step ? [...before.slice(0, from.step), ...own] : undefined;
}
