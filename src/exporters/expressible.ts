/**
 * Whether a tool can be told exactly what a training set says. Everything that it cannot is refused with a CliError that
 * names the first such example and what would be lost; nothing is rounded, dropped or rewritten.
 */
import { CliError } from "../core/errors.ts";
import type { Message } from "../core/message.ts";
import type { Demonstration, Preference, TrainingSet, WeightedMessage } from "../core/training.ts";
import { type Exporter, type ExportOptions, nameOf } from "./exporter.ts";
import { expectCalls, type Refuse } from "./expressible-calls.ts";
import { learnable } from "./learnable.ts";
import { type SplitCost, splitSet } from "./split.ts";

/** The set as this exporter takes it, and what splitting cost (null where nothing was split). Throws CliError. */
export function expressible(
  exporter: Exporter,
  given: TrainingSet,
  options: ExportOptions,
): { readonly set: TrainingSet; readonly cost: SplitCost | null } {
  expectOptions(exporter, given.kind, options);
  if (given.examples.length === 0) throw new CliError("the training set has no examples");
  const set = learnable(given);
  if (set.kind === "dpo") {
    expectPreferences(exporter, set.examples);
    expectReadable(exporter, set);
    return { set, cost: null };
  }
  expectDemonstrations(exporter, set.examples);
  expectReadable(exporter, set);
  const unfit = firstUnfit(exporter, set.examples);
  if (unfit === null) return { set, cost: null };
  const { masks } = exporter.expresses;
  if (masks === "none") throw new CliError(`${unfit}, and its format has no way to say otherwise`);
  if (!options.splitTurns) {
    const what = masks === "last" ? "learned message" : "run of learned messages";
    throw new CliError(`${unfit}; --split-turns writes a row for each ${what} instead`);
  }
  return splitSet(set, masks);
}

function expectReadable(exporter: Exporter, set: TrainingSet): void {
  const problem = exporter.misread?.(set);
  if (problem !== undefined) throw new CliError(`--to ${exporter.name}: ${problem}`);
}

/** Throws CliError for options that this exporter does not take, or that it misses. */
export function expectOptions(exporter: Exporter, kind: TrainingSet["kind"], options: ExportOptions): void {
  const { name, tokenizer, parquet } = exporter;
  if (options.parquet && kind === "dpo") throw new CliError("--parquet: preferences are written as JSON");
  if (options.parquet && parquet === undefined) throw new CliError(`--parquet: ${name} is written as JSON`);
  const needsTokenizer = tokenizer === "needed" || (tokenizer === "parquet" && options.parquet);
  if (needsTokenizer && !options.tokenizer) {
    throw new CliError(`--to ${name} writes token ids: expected --tokenizer with the folder of the model's checkpoint`);
  }
  if (!needsTokenizer && options.tokenizer) {
    const hint = tokenizer === "parquet" ? " without --parquet" : "";
    throw new CliError(`--tokenizer: ${name}${hint} is written as text, and the tool tokenises it itself`);
  }
}

function expectDemonstrations(exporter: Exporter, examples: readonly Demonstration[]): void {
  const { tool, expresses } = exporter;
  for (const [index, example] of examples.entries()) {
    const refuse = refusal(nameOf(example, index));
    const { messages, tools, weight = 1 } = example;
    expectCalls(exporter, { messages, tools, isPreference: false }, refuse);
    expectTexts(exporter, messages, refuse);
    if (!messages.some(({ weight }) => weight === 1)) refuse("it learns nothing");
    if (weight !== 1 && !expresses.exampleWeights) {
      refuse(`it has weight ${weight} and would count fully: ${tool} has no weights for examples`);
    }
  }
}

function expectPreferences(exporter: Exporter, examples: readonly Preference[]): void {
  const { name, tool, expresses } = exporter;
  if (expresses.preferences === "none") {
    throw new CliError(`--to ${name}: ${tool} takes demonstrations only, this set has preferences`);
  }
  for (const [index, example] of examples.entries()) {
    const refuse = refusal(nameOf(example, index));
    for (const side of ["chosen", "rejected"] as const) {
      const messages = example[side];
      const whole = [...example.prompt, ...messages];
      expectCalls(exporter, { messages: whole, tools: example.tools, isPreference: true }, refuse);
      expectTexts(exporter, whole, refuse);
      if (!messages.some(({ weight }) => weight === 1)) refuse(`its ${side} side learns nothing`);
      if (expresses.preferences === "answers" && messages.length > 1) {
        refuse(
          `its ${side} side has ${messages.length} messages: ${tool} takes one answer on each side, so it would learn the environment's messages or drop turns`,
        );
      }
      if (expresses.beforeAnswer?.includes(messages[0]!.content)) {
        refuse(
          `its ${side} answer "${messages[0]!.content}" also occurs in the text that ${tool} writes before it, so the tool would find the wrong place`,
        );
      }
      const masked = messages.findIndex(isMasked);
      if (masked >= 0 && expresses.masks !== "each") {
        refuse(`message ${masked} of its ${side} side must not be learned, but ${tool} learns every turn of a side`);
      }
    }
  }
}

const refusal =
  (example: string): Refuse =>
  (why) => {
    throw new CliError(`${example}: ${why}`);
  };

function expectTexts({ tool, expresses }: Exporter, messages: readonly Message[], refuse: Refuse): void {
  const { roles, reserved = [], nonEmpty = false } = expresses;
  messages.forEach(({ role, content, toolCalls }, index) => {
    if (!content.isWellFormed()) refuse(`message ${index} is no valid Unicode (half of a surrogate pair)`);
    if (nonEmpty && role === "assistant" && content.trim() === "" && !toolCalls) {
      refuse(`message ${index} is empty: ${tool} finds an assistant's turn by its text`);
    }
    const mark = reserved.find((text) => content.includes(text));
    if (mark !== undefined)
      refuse(`message ${index} contains "${mark}", which ${tool} would take for one of its own marks`);
  });
  if (messages[0]?.role === "assistant") refuse(`it begins with the assistant: ${tool} needs a message to answer`);
  if (roles === "any") return;
  if (roles === "human-gpt" && messages[0]?.role === "system") {
    refuse(`it has a system message, which would be lost: ${tool} knows only human and gpt`);
  }
  const wrong = outOfTurn(messages);
  if (wrong < 0) return;
  refuse(`message ${wrong} (${messages[wrong]!.role}) is out of turn: in ${tool}, user and assistant must alternate`);
}

/** The first message that does not alternate; −1 if all do. The answers to a turn's calls stand for one of the user. */
function outOfTurn(messages: readonly Message[]): number {
  const begin = messages[0]?.role === "system" ? 1 : 0;
  return messages.findIndex(({ role }, index) => {
    if (index < begin) return false;
    const before = index === begin ? undefined : messages[index - 1]!.role;
    if (role === "tool") return before !== "assistant" && before !== "tool";
    return role !== (before === undefined || before === "assistant" ? "user" : "assistant");
  });
}

const isMasked = ({ role, weight }: WeightedMessage) => role === "assistant" && weight === 0;

/** What the first demonstration says that the tool's masks cannot; null if they can express all of them. */
function firstUnfit({ tool, expresses }: Exporter, examples: readonly Demonstration[]): string | null {
  const { masks } = expresses;
  if (masks === "each") return null;
  // One setting holds for the whole file: either every turn is learned, or the last one of each row.
  if (masks === "last" && examples.every(({ messages }) => learnedTurns(messages) === 1)) return null;
  const unfit = examples.findIndex(({ messages }) =>
    masks === "suffix" ? isMaskedAfterLearned(messages) : messages.some(isMasked),
  );
  if (unfit < 0) return null;
  const { messages } = examples[unfit]!;
  const turns = messages.filter(({ role }) => role === "assistant").length;
  const limit = {
    suffix: "would learn everything from the first learned one on",
    last: "learns every one of them or only the last",
    none: "learns every one of them",
  }[masks];
  const learned = `it learns ${learnedTurns(messages)} of its ${turns} assistant messages`;
  return `${nameOf(examples[unfit]!, unfit)}: ${learned}; ${tool} ${limit}`;
}

const learnedTurns = (messages: readonly WeightedMessage[]) => messages.filter(({ weight }) => weight === 1).length;

function isMaskedAfterLearned(messages: readonly WeightedMessage[]): boolean {
  const first = messages.findIndex(({ weight }) => weight === 1);
  return messages.some((message, index) => index > first && isMasked(message));
}
