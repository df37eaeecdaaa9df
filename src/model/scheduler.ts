/**
 * Many answers at once from one model: requests wait for a slot, slots keep what they have read, and every model call
 * serves as many slots as want a call of that length. A slot that is free goes to the next request at once.
 *
 * Only speed depends on the decisions made here. What is computed for a request follows from the request alone:
 * conversation.ts cuts it into calls, and a row's numbers do not depend on the other rows of its batch.
 */
import { type Answer, type Answered, type AnswerRequest, startAnswer } from "./answer.ts";
import { type CallPlan, WHOLE_BANKS } from "./call-plan.ts";
import { commonPieces, type Piece, tokensIn } from "./conversation.ts";
import type { Decoder, RowChunk } from "./decoder.ts";

export interface Request extends AnswerRequest {
  /** The conversation so far, one list of tokens for each message. */
  readonly chunks: readonly (readonly number[])[];
}

export interface Scheduler {
  /** Resolves with the answer; rejects if the model fails. */
  submit(request: Request): Promise<Answered>;
}

/** A request at work. */
interface Task {
  readonly pieces: readonly Piece[];
  readonly answer: Answer;
  readonly resolve: (answered: Answered) => void;
  readonly reject: (error: unknown) => void;
  /** Not worth starting before that slot, working for that task, has read so many pieces, because they are this task's too. */
  behind?: { readonly slot: Slot; readonly task: Task; readonly pieces: number } | undefined;
}

interface Slot {
  /** Of the decoder. */
  readonly row: number;
  /** Read and kept. */
  pieces: Piece[];
  task: Task | undefined;
  /** Tokens of the present answer that have been read after the pieces. */
  answerRead: number;
  /** Model calls since the slot last took part in one. */
  waited: number;
  /** When a task last began here. */
  used: number;
}

/** Slots that one call can serve. */
interface Group {
  readonly length: number;
  readonly slots: Slot[];
}

/** Tokens that the slot reads next, in a call of which length; undefined when it has no task. */
function nextTokens({ task, pieces }: Slot, plan: CallPlan): { tokens: readonly number[]; length: number } | undefined {
  if (!task) return undefined;
  const piece = task.pieces[pieces.length];
  if (piece) return { tokens: piece, length: plan.callLength(piece) };
  // Answers are always read token by token, also where several are known at once.
  return { tokens: [task.answer.unread[0]!], length: 1 };
}

/** Waiting makes a slot count for more, so that none starves. */
const weightOf = ({ slots }: Group): number => slots.reduce((sum, { waited }) => sum + 1 + waited, 0);

/** How many of the task's pieces `pieces` begin with. Its last one is always read anew: the answer begins with what follows it. */
const reusable = (pieces: readonly Piece[], task: Task): number =>
  Math.min(commonPieces(pieces, task.pieces), task.pieces.length - 1);

/** Whether all that the slot holds is of the task's conversation, and the task can keep `kept` pieces of it. */
const begins = ({ pieces }: Slot, task: Task, kept: number): boolean =>
  commonPieces(pieces, task.pieces) === pieces.length && reusable(pieces, task) === kept;

/** Keeps `slotCount` conversations at a time, in the first rows of `decoder`. */
export function createScheduler(decoder: Decoder, slotCount: number, plan: CallPlan = WHOLE_BANKS): Scheduler {
  const slots: Slot[] = Array.from({ length: slotCount }, (_, row) => ({
    row,
    pieces: [],
    task: undefined,
    answerRead: 0,
    waited: 0,
    used: 0,
  }));
  const waiting: Task[] = [];
  let clock = 0;
  let running = false;

  /** The slot for `task` and the one whose cache it can start from; undefined if it should wait. */
  function place(task: Task): { slot: Slot; source: Slot | undefined; kept: number } | undefined {
    let oldest: Slot | undefined;
    let source: Slot | undefined;
    let kept = 0;
    for (const slot of slots) {
      const pieces = reusable(slot.pieces, task);
      if (pieces > kept) [kept, source] = [pieces, slot];
      if (!slot.task && (!oldest || slot.used < oldest.used)) oldest = slot;
    }
    if (!oldest) return undefined;
    let coming = kept;
    for (const slot of slots) {
      const pieces = slot.task ? reusable(slot.task.pieces, task) : 0;
      if (pieces > coming) [coming, task.behind] = [pieces, { slot, task: slot.task!, pieces }];
    }
    if (coming > kept) return undefined;
    // A slot that holds nothing but the beginning of this conversation goes on in place.
    const own = slots.find((slot) => !slot.task && slot.pieces.length > 0 && begins(slot, task, kept));
    if (own) return { slot: own, source: undefined, kept };
    return { slot: oldest, source: source === oldest ? undefined : source, kept };
  }

  function begin(task: Task): boolean {
    const found = place(task);
    if (!found) return false;
    const { slot, source, kept } = found;
    const pieces = task.pieces.slice(0, kept);
    if (source) decoder.copy(source.row, slot.row, tokensIn(pieces));
    slot.pieces = pieces;
    slot.task = task;
    slot.answerRead = 0;
    slot.waited = 0;
    slot.used = ++clock;
    return true;
  }

  /** Those whose conversation a free slot holds go first: others would take their slots. */
  function continuingFirst(tasks: readonly Task[]): Task[] {
    const goesOn = (task: Task) =>
      slots.some((slot) => !slot.task && slot.pieces.length > 0 && begins(slot, task, reusable(slot.pieces, task)));
    const groups = Map.groupBy(tasks, goesOn);
    return [...(groups.get(true) ?? []), ...(groups.get(false) ?? [])];
  }

  function admit(): void {
    let free = slots.reduce((sum, { task }) => sum + (task ? 0 : 1), 0);
    if (free === 0 || waiting.length === 0) return;
    if (waiting.length > 1) waiting.splice(0, waiting.length, ...continuingFirst(waiting));
    for (let i = 0; i < waiting.length && free > 0; ) {
      const task = waiting[i]!;
      const { behind } = task;
      if (behind && behind.slot.task === behind.task && behind.slot.pieces.length < behind.pieces) {
        i += 1;
      } else if (begin(task)) {
        waiting.splice(i, 1);
        free -= 1;
      } else {
        i += 1;
      }
    }
  }

  function bestGroup(): Group | undefined {
    const groups = new Map<string, Group>();
    for (const slot of slots) {
      const next = nextTokens(slot, plan);
      if (!next) continue;
      const key = `${plan.groupOf(slot.row, next.length)} ${next.length}`;
      let group = groups.get(key);
      if (!group) groups.set(key, (group = { length: next.length, slots: [] }));
      group.slots.push(slot);
    }
    const worth = (group: Group) => plan.worth(group.length, weightOf(group));
    let best: Group | undefined;
    for (const group of groups.values()) if (!best || worth(group) > worth(best)) best = group;
    return best;
  }

  /** After a call: keeps what was read, and goes on with the answer where the logits are what it waited for. */
  function take(slot: Slot, logits: Float32Array): void {
    const task = slot.task!;
    const piece = task.pieces[slot.pieces.length];
    slot.waited = 0;
    if (piece) {
      slot.pieces.push(piece);
      if (slot.pieces.length < task.pieces.length) return;
    } else {
      slot.answerRead += 1;
      task.answer.unread.shift();
    }
    if (task.answer.unread.length > 0) return;
    const answered = task.answer.advance(logits);
    if (!answered) return;
    slot.task = undefined;
    task.resolve(answered);
  }

  async function call({ length, slots: members }: Group): Promise<void> {
    const chunks: RowChunk[] = members.map((slot) => ({
      row: slot.row,
      tokens: nextTokens(slot, plan)!.tokens,
      position: tokensIn(slot.pieces) + slot.answerRead,
    }));
    const logits = await decoder.read(chunks, length);
    for (const slot of slots) if (slot.task) slot.waited += 1;
    members.forEach((slot, i) => {
      take(slot, logits[i]!);
    });
  }

  async function run(): Promise<void> {
    running = true;
    try {
      while (true) {
        admit();
        const group = bestGroup();
        if (!group) break;
        await call(group);
      }
    } catch (error) {
      for (const slot of slots) {
        slot.task?.reject(error);
        slot.task = undefined;
        slot.pieces = [];
      }
      for (const task of waiting.splice(0)) task.reject(error);
    } finally {
      running = false;
    }
  }

  return {
    submit(request) {
      const answer = startAnswer(request);
      const known = answer.advance();
      if (known) return Promise.resolve(known);
      return new Promise((resolve, reject) => {
        waiting.push({ pieces: plan.piecesOf(request.chunks), answer, resolve, reject });
        if (!running) void run();
      });
    },
  };
}
