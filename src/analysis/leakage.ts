/**
 * What was really learned, computed from the stored training sets and not from what the algorithms intend: every message
 * of weight 1 must be an action that the named trajectory really has at that place, by who is said to have acted, not
 * before the state the example is for, and not on a held-out task.
 *
 * It reads structure. Whether a message's text is the step's action can only be told by whoever wrote the text: pass
 * `render`; without it texts that hold the action word for word are counted.
 */
import type { TaskId, TrainingSetId, TrajectoryId } from "../core/ids.ts";
import { type Json, leaves } from "../core/json.ts";
import type { Repository } from "../core/repository.ts";
import type { WeightedMessage } from "../core/training.ts";
import type { Step } from "../core/trajectory.ts";
import { type Conversation, distinct, type Episode, type Material, provenanceOf, sum } from "./material.ts";

export interface Leakage {
  readonly sets: number;
  readonly examples: number;
  /** Messages of weight 1. */
  readonly learned: number;
  /** Learned messages whose text is the step's action: as rendered, or word for word where nobody rendered it. */
  readonly textsConfirmed: number;
  /** Whether texts were compared with a rendering. If not, a text that differs is no violation. */
  readonly textsRendered: boolean;
  readonly violations: number;
  /** The first ones. */
  readonly listed: readonly Violation[];
  /** Held-out tasks, and how many of them have the very instruction of a task learned from. Not a violation by itself. */
  readonly heldOutTasks: number;
  readonly sharedInstructions: number;
}

export interface Violation {
  readonly trainingSet: string;
  /** Index of the conversation in its training set and of the message in its conversation. */
  readonly example: number;
  readonly message: number;
  readonly problem: string;
}

/** The text a run's format gives to a step; undefined if it is not known. */
export type Render = (run: string, step: Step) => string | undefined;

const LISTED = 20;

export function leakageOf(material: Material, render?: Render): Leakage {
  const pieces = leakageInPieces(material, render);
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}

/** The same, conversation by conversation: whoever waits for it can do something else in between. */
export function* leakageInPieces(material: Material, render?: Render): Generator<void, Leakage, void> {
  const findings: Findings[] = [];
  for (const run of material.runs) findings.push(yield* inspectRun(material, run, (step) => render?.(run, step)));
  const violations = findings.flatMap((finding) => finding.violations);
  const count = (key: Exclude<keyof Findings, "violations">) => sum(findings.map((finding) => finding[key]));
  return {
    sets: count("sets"),
    examples: count("examples"),
    learned: count("learned"),
    textsConfirmed: count("textsConfirmed"),
    textsRendered: render !== undefined,
    violations: violations.length,
    listed: violations.slice(0, LISTED),
    heldOutTasks: count("heldOutTasks"),
    sharedInstructions: count("sharedInstructions"),
  };
}

interface Findings {
  readonly sets: number;
  readonly examples: number;
  readonly learned: number;
  readonly textsConfirmed: number;
  readonly heldOutTasks: number;
  readonly sharedInstructions: number;
  readonly violations: readonly Violation[];
}

/** What inspecting one message needs. */
interface Context {
  readonly find: Material["find"];
  readonly ownSteps: (id: TrajectoryId) => readonly Step[] | undefined;
  readonly isHeldOut: (task: TaskId) => boolean;
  readonly render: (step: Step) => string | undefined;
}

/** The work of one conversation lies between two pieces. */
type InPieces<Found> = Generator<void, Found, void>;

function* inspectRun(material: Material, run: string, render: Context["render"]): InPieces<Findings> {
  const rounds = material.methods.filter((method) => method.run === run).flatMap((method) => method.rounds);
  const evaluated = rounds.flatMap((round) => material.episodes(round.evaluated));
  const heldOut = new Map(evaluated.map(({ task }) => [task.id, task]));
  const isHeldOut = (id: TaskId) => heldOut.has(id);
  const instructions = new Set<string>();
  // A set that several methods share is looked at once.
  const context = { find: material.find, ownSteps: recentSteps(material.repository), isHeldOut, render };
  const sets: Inspected[] = [];
  for (const id of distinct(rounds.map(({ trainingSet }) => trainingSet))) {
    sets.push(yield* inspectSet(material, id, context));
    for (const source of material.learnedFrom(id)) {
      const found = material.find(source);
      if (found) instructions.add(found.task.instruction);
    }
  }
  return {
    sets: sets.length,
    examples: sum(sets.map(({ examples }) => examples)),
    learned: sum(sets.map(({ learned }) => learned)),
    textsConfirmed: sum(sets.map(({ textsConfirmed }) => textsConfirmed)),
    violations: sets.flatMap(({ violations }) => violations),
    heldOutTasks: heldOut.size,
    sharedInstructions: [...heldOut.values()].filter(({ instruction }) => instructions.has(instruction)).length,
  };
}

interface Inspected {
  readonly examples: number;
  readonly learned: number;
  readonly textsConfirmed: number;
  readonly violations: readonly Violation[];
  /** Turns before the first steps: as many as were assumed, and as many as there are. */
  readonly assumed: number;
  readonly before: number;
}

/**
 * How many turns stand before the first steps can be told only when all conversations were read. What the first one says
 * is nearly always right; where it is not, the set is read again.
 */
function* inspectSet(material: Material, id: TrainingSetId, context: Context): InPieces<Inspected> {
  const inspected = yield* inspectAssuming(material, id, context);
  const { assumed, before } = inspected;
  return assumed === before ? inspected : yield* inspectAssuming(material, id, context, before);
}

/** `before`: turns before the first steps; absent: as many as the first conversation has. */
function* inspectAssuming(
  material: Material,
  id: TrainingSetId,
  context: Context,
  before?: number,
): InPieces<Inspected> {
  const violations: Violation[] = [];
  const opening = openingOf();
  let assumed = before;
  let [examples, learned, textsConfirmed] = [0, 0, 0];
  for (const messages of material.conversations(id)) {
    opening.add(messages);
    assumed ??= opening.turns();
    // Behind what every conversation begins with, assistant messages are the steps of the trajectory, in order.
    let step = -assumed;
    for (const [index, message] of messages.entries()) {
      if (message.weight === 1) {
        const found = inspectMessage(message, step, context);
        learned++;
        if (found.textConfirmed) textsConfirmed++;
        for (const problem of found.problems)
          violations.push({ trainingSet: id, example: examples, message: index, problem });
      }
      if (message.role === "assistant") step++;
    }
    examples++;
    yield;
  }
  return { examples, learned, textsConfirmed, violations, assumed: assumed ?? 0, before: opening.turns() };
}

/** What all conversations begin with, as far as they were added. */
interface Opening {
  add(messages: Conversation): void;
  /**
   * Assistant messages that stand before the first step: consent to the rules, example episodes. They are the same in every
   * conversation of a set, so most learned messages stand so many places behind where their step would be.
   */
  turns(): number;
}

function openingOf(): Opening {
  /** How often a learned message stands so many places behind its step. */
  const places = new Map<number, number>();
  /** Messages, none of them learned, that all conversations begin with. */
  let shared: Conversation | undefined;
  return {
    add(messages) {
      const turns = messages.filter(({ role }) => role === "assistant");
      for (const [index, message] of turns.entries()) {
        const step = provenanceOf(message)?.step;
        if (step !== undefined) places.set(index - step, (places.get(index - step) ?? 0) + 1);
      }
      shared = sharedWith(shared ?? messages, messages);
    },
    turns() {
      const [usual] = [...places].toSorted(([a, often], [b, oftener]) => oftener - often || a - b);
      const before = usual?.[0] ?? 0;
      const most = shared?.filter(({ role }) => role === "assistant").length ?? 0;
      return before > 0 && before <= most ? before : 0;
    },
  };
}

/** The first messages of `shared` that are not learned and with which `messages` begins too. */
function sharedWith(shared: Conversation, messages: Conversation): Conversation {
  const isShared = ({ role, content, weight }: WeightedMessage, index: number) =>
    weight === 0 && messages[index]?.role === role && messages[index].content === content;
  const end = shared.findIndex((message, index) => !isShared(message, index));
  return end < 0 ? shared : shared.slice(0, end);
}

function inspectMessage(
  message: WeightedMessage,
  index: number,
  context: Context,
): { readonly problems: readonly string[]; readonly textConfirmed: boolean } {
  const because = (...problems: string[]) => ({ problems, textConfirmed: false });
  // A stored set is data: it may break what the types promise.
  if ((message.role as string) !== "assistant") return because(`a ${message.role} message has weight 1`);
  const provenance = provenanceOf(message);
  if (!provenance) return because("no provenance");
  const { trajectory: source, step: stepIndex, actor, reason } = provenance;
  const trajectory = context.find(source);
  if (!trajectory) return because(`trajectory ${source} is not stored`);
  const step = stepOf(context, trajectory, stepIndex);
  if (!step) return because(`trajectory ${source} has no step ${stepIndex}`);

  const problems: string[] = [];
  if (stepIndex !== index) problems.push(`assistant message ${index} says it is step ${stepIndex} of ${source}`);
  const from = firstLearnedStep(reason);
  if (stepIndex < from) problems.push(`step ${stepIndex} is learned, but the example is a ${reason}`);
  const acted = actorOf(context, trajectory, stepIndex);
  if (actor !== acted) problems.push(`step ${stepIndex} of ${source} is credited to ${actor}, but ${acted} acted`);
  if (context.isHeldOut(trajectory.task.id)) problems.push(`task ${trajectory.task.id} was evaluated as held out`);
  const rendered = context.render(step);
  const textConfirmed =
    rendered === undefined
      ? [step.action, step.completion].some((text) => text !== "" && wordsOf(message).includes(text))
      : message.content === rendered;
  if (rendered !== undefined && !textConfirmed) problems.push(`the text is not that of step ${stepIndex} of ${source}`);
  return { problems, textConfirmed };
}

/** Everything that it says, and the arguments of what it calls, unquoted. */
function wordsOf({ content, toolCalls }: WeightedMessage): string {
  if (!toolCalls) return content;
  const texts = toolCalls.flatMap(({ arguments: given }) =>
    [...leaves(JSON.parse(given) as Json).values()].map(String),
  );
  return [content, ...texts].join("\n");
}

/** K of `recovery from s_K` and `solution from s_K`; 0 for any other reason. */
function firstLearnedStep(reason: string): number {
  return Number(/^(?:recovery|solution) from s_(\d+)$/.exec(reason)?.[1] ?? 0);
}

function actorOf(context: Context, trajectory: Episode, step: number): string | undefined {
  if (!trajectory.fork || step >= trajectory.fork.step) return trajectory.policy;
  const parent = context.find(trajectory.fork.from);
  return parent && actorOf(context, parent, step);
}

/** A fork's first steps are its parent's. */
function stepOf(context: Context, { id, fork }: Episode, step: number): Step | undefined {
  if (!fork || step >= fork.step) return context.ownSteps(id)?.[step - (fork?.step ?? 0)];
  const parent = context.find(fork.from);
  return parent && stepOf(context, parent, step);
}

/** Trajectories whose steps are kept in memory: conversations that stand together are often of the same ones. */
const RECENT = 100;

function recentSteps(repository: Repository): Context["ownSteps"] {
  const recent = new Map<TrajectoryId, readonly Step[] | undefined>();
  return (id) => {
    if (recent.has(id)) return recent.get(id);
    if (recent.size >= RECENT) recent.clear();
    const steps = repository.ownSteps(id);
    recent.set(id, steps);
    return steps;
  };
}
