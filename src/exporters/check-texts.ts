/** Files of texts against the stored training set, decision by decision (decisions.ts). */
import type { Message, Tool } from "../core/message.ts";
import type { Demonstration, Preference, TrainingSet, WeightedMessage } from "../core/training.ts";
import { comparable } from "./comparable.ts";
import { type Difference, decisionsOf, digest, tally, type WeighedTurn } from "./decisions.ts";
import type { Calls } from "./exporter.ts";
import type { ReadExample, ReadTurn } from "./readers/reader.ts";

/** Messages of one example are numbered below this. */
const MESSAGES = 2 ** 20;

/** What does not hold; empty if the files teach what is stored. */
export async function compareTexts(
  given: TrainingSet,
  read: AsyncIterable<ReadExample>,
  calls?: Calls,
): Promise<Difference[]> {
  const set = comparableSet(given, calls);
  const rows = comparableRows(read, calls);
  return set.kind === "sft" ? compareDemonstrations(set.examples, rows) : comparePreferences(set.examples, rows);
}

function comparableSet(set: TrainingSet, calls: Calls | undefined): TrainingSet {
  if (!calls) return set;
  if (set.kind === "sft") {
    const examples = set.examples.map((example) => ({ ...example, messages: comparable(example.messages, calls) }));
    return { ...set, examples };
  }
  // A side goes on from the prompt, calls that it answers included.
  const examples = set.examples.map((pair): Preference => {
    const side = (messages: readonly WeightedMessage[]) =>
      comparable([...context(pair.prompt), ...messages], calls).slice(pair.prompt.length);
    const prompt = comparable(pair.prompt, calls);
    return { ...pair, prompt, chosen: side(pair.chosen), rejected: side(pair.rejected) };
  });
  return { ...set, examples };
}

const context = (messages: readonly Message[]) =>
  messages.map((message): WeightedMessage => ({ ...message, weight: 0 }));

async function* comparableRows(rows: AsyncIterable<ReadExample>, calls: Calls | undefined): AsyncIterable<ReadExample> {
  for await (const row of rows) {
    if (row.kind === "sft") yield { ...row, turns: comparable(row.turns, calls) };
    else yield { ...row, chosen: comparable(row.chosen, calls), rejected: comparable(row.rejected, calls) };
  }
}

async function compareDemonstrations(examples: readonly Demonstration[], rows: AsyncIterable<ReadExample>) {
  const stored = tally();
  examples.forEach((example, index) => {
    for (const { conversation, weight, message } of decisionsOf(weighed(example), example.tools)) {
      if (weight > 0) stored.add(`${conversation} ${weight}`, index * MESSAGES + message);
    }
  });
  const unexpected: Unexpected[] = [];
  const differences: Difference[] = [];
  for await (const row of rows) {
    if (row.kind === "dpo") {
      differences.push({ place: row.place, what: "a preference; the stored set has demonstrations" });
      continue;
    }
    const learned = [...decisionsOf(row.turns, row.tools)].filter(({ weight }) => weight !== 0);
    if (learned.length === 0) differences.push({ place: row.place, what: "nothing of this row is learned" });
    for (const decision of learned) {
      if (stored.take(`${decision.conversation} ${decision.weight}`)) continue;
      unexpected.push({ ...decision, place: row.place, turn: row.turns[decision.message]! });
    }
  }
  differences.push(...explained(unexpected, examples));
  for (const place of stored.left()) {
    const where = `stored example ${Math.floor(place / MESSAGES)}, message ${place % MESSAGES}`;
    differences.push({
      place: where,
      what: "the files do not teach it, or teach it after another text or with another weight",
    });
  }
  return differences;
}

interface Unexpected {
  readonly place: string;
  readonly conversation: string;
  readonly weight: number;
  readonly message: number;
  readonly turn: ReadTurn;
}

function explained(unexpected: readonly Unexpected[], examples: readonly Demonstration[]): Difference[] {
  if (unexpected.length === 0) return [];
  const weights = new Map<string, number>();
  for (const example of examples) {
    for (const { conversation, weight } of decisionsOf(weighed(example), example.tools))
      weights.set(conversation, weight);
  }
  return unexpected.map(({ place, conversation, weight, message, turn }) => {
    const stored = weights.get(conversation);
    return { place: `${place}, message ${message}`, what: reason(turn, weight, stored) };
  });
}

function reason({ role }: ReadTurn, weight: number, stored: number | undefined): string {
  const learned = weight === 1 ? "learned" : `learned with weight ${weight}`;
  if (role !== "assistant") return `${learned}, although it is the ${role}'s`;
  if (stored === undefined) return `${learned}, but not stored: the message or the text before it differs`;
  if (stored === 0) return `${learned}, although it is masked`;
  return stored === weight ? `${learned} once more than stored` : `${learned}, stored with weight ${stored}`;
}

const weighed = ({ messages, weight: counts = 1 }: Demonstration): WeighedTurn[] =>
  messages.map((message) => ({ ...message, weight: message.weight * counts }));

async function comparePreferences(examples: readonly Preference[], rows: AsyncIterable<ReadExample>) {
  const stored = tally();
  examples.forEach(({ prompt, tools, chosen, rejected }, index) => {
    const context = prompt.map((message) => ({ ...message, weight: 0 }));
    stored.add(pairKey([...context, ...chosen], [...context, ...rejected], tools), index);
  });
  const differences: Difference[] = [];
  for await (const row of rows) {
    const { place } = row;
    if (row.kind === "sft") differences.push({ place, what: "a demonstration; the stored set has preferences" });
    else if (!stored.take(pairKey(row.chosen, row.rejected, row.tools))) {
      const observed = [...row.chosen, ...row.rejected].find(
        ({ role, weight }) => weight !== 0 && role !== "assistant",
      );
      const what = observed ? `a message of the ${observed.role} is learned` : "no stored preference teaches this";
      differences.push({ place, what });
    }
  }
  for (const index of stored.left()) {
    differences.push({ place: `stored example ${index}`, what: "the files do not teach it, or not as it is stored" });
  }
  return differences;
}

/** Depends on what is learned of both sides, in which order, and on everything before it; not on what comes after. */
function pairKey(chosen: readonly WeighedTurn[], rejected: readonly WeighedTurn[], tools?: readonly Tool[]): string {
  const learned = (turns: readonly WeighedTurn[]) =>
    [...decisionsOf(turns, tools)]
      .filter(({ weight }) => weight !== 0)
      .map(({ conversation, weight }) => `${conversation} ${weight}`);
  return digest(learned(chosen).join(" "), learned(rejected).join(" "));
}
