/**
 * What of a training set can be trained exactly. A learned message that begins with white space may run into what stands
 * before it: where a template heads it with a line break and the tokenizer makes one token of several, the policy wrote
 * other tokens than those of the conversation. And some templates (Llama 3's) take one call in a turn. Such examples are left
 * out by name; anything else that cannot be labelled is a fault of the template or the limit, concerns every example, and
 * stops the training (rows.ts).
 */
import { CliError, TrainerError } from "../../core/errors.ts";
import type { Message, Tool } from "../../core/message.ts";
import type { Demonstration, LeftOut, Preference, TrainingSet, WeightedMessage } from "../../core/training.ts";
import type { ChatTokenizer } from "../../tokenizers/chat-tokenizer.ts";
import { StraddledError } from "../../tokenizers/labels.ts";

export interface Trainable {
  readonly set: TrainingSet;
  readonly leftOut: readonly LeftOut[];
}

/** Throws TrainerError if nothing is left. */
export function trainable(set: TrainingSet, tokenizer: ChatTokenizer): Trainable {
  const leftOut: LeftOut[] = [];
  const isKept = (sources: LeftOut["sources"], reason: string | undefined) => {
    if (reason !== undefined) leftOut.push({ sources, reason });
    return reason === undefined;
  };
  const demonstrationIsKept = (example: Demonstration) => {
    const { messages, tools, source } = example;
    const straddle = beginsWithSpace(messages) ? straddleIn(() => tokenizer.demonstration(example)) : undefined;
    return isKept([source], straddle ?? refusedCalls(messages, tools, tokenizer));
  };
  const preferenceIsKept = (pair: Preference) => {
    const { prompt, chosen, rejected, tools, sources } = pair;
    const straddle = beginsWithSpace([...chosen, ...rejected]) && straddleIn(() => tokenizer.preference(pair));
    const refused = () =>
      refusedCalls([...prompt, ...chosen], tools, tokenizer) ??
      refusedCalls([...prompt, ...rejected], tools, tokenizer);
    return isKept(sources, straddle || refused());
  };
  const kept: TrainingSet =
    set.kind === "sft"
      ? { ...set, examples: set.examples.filter(demonstrationIsKept) }
      : { ...set, examples: set.examples.filter(preferenceIsKept) };
  if (kept.examples.length === 0 && leftOut.length > 0) {
    const [{ sources, reason }] = leftOut as [LeftOut];
    throw new TrainerError(
      `no example can be trained exactly; the first (${sources.join(", ")}) cannot because of ${reason}`,
    );
  }
  return { set: kept, leftOut };
}

const beginsWithSpace = (messages: readonly WeightedMessage[]) =>
  messages.some(({ weight, content }) => weight === 1 && /^\s/.test(content));

function straddleIn(label: () => unknown): string | undefined {
  try {
    label();
    return undefined;
  } catch (error) {
    // Others are found again, and told, by rows.ts.
    return error instanceof StraddledError ? error.message : undefined;
  }
}

/** What the template says to the turns of several calls, if it takes one call in a turn; undefined if it takes them. */
function refusedCalls(
  messages: readonly Message[],
  tools: readonly Tool[] | undefined,
  { render }: Pick<ChatTokenizer, "render">,
): string | undefined {
  if (!messages.some(({ toolCalls = [] }) => toolCalls.length > 1)) return undefined;
  const refused = refusalOf(() => render(messages, false, tools));
  // What it refuses anyway, rows.ts finds and tells.
  return refused !== undefined && refusalOf(() => render(withSingleCalls(messages), false, tools)) === undefined
    ? refused
    : undefined;
}

function refusalOf(rendered: () => string): string | undefined {
  try {
    rendered();
    return undefined;
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
}

/** The first call of each turn, with its answer. */
function withSingleCalls(messages: readonly Message[]): readonly Message[] {
  const others = new Set(messages.flatMap(({ toolCalls = [] }) => toolCalls.slice(1).map(({ id }) => id)));
  return messages
    .filter(({ toolCallId }) => toolCallId === undefined || !others.has(toolCallId))
    .map((message) => (message.toolCalls ? { ...message, toolCalls: message.toolCalls.slice(0, 1) } : message));
}
