/** Random conversations of agents: plain answers, thoughts, calls, results, and arguments that are hard to write. */
import type { Message, Tool, ToolCall } from "../src/core/message.ts";
import type { Random } from "../src/core/random.ts";
import type { WeightedMessage } from "../src/core/training.ts";

export const KINDS = [
  "text",
  "thoughts",
  "calls",
  "calls beside text",
  "calls and thoughts",
  "parallel calls",
  // A thought, a call, its result, and an answer without a thought: all that DeepSeek's templates can say of calls.
  "one call behind a thought",
] as const;
export type Kind = (typeof KINDS)[number];

export const TOOLS: readonly Tool[] = [
  {
    name: "act",
    description: 'Do "it" <now>.',
    parameters: {
      type: "object",
      properties: {
        action: { type: "string", description: "What to do; é." },
        price: { type: "number" },
        options: { type: "array", items: { type: "string" }, enum: ["a", "b"] },
      },
      required: ["action"],
    },
  },
  { name: "look", description: "Look.", parameters: { type: "object", properties: {} } },
];

const TEXTS = [
  ...["go on", "the wall 1", "So:\n\n- one\n- two", "déjà vu ¾", 'It\'s "so".', "a <b> & c", "x = {1: 2}", "日本 🙂"],
  ...["Thought: the other\nAction: go on", "    indented", "ends ", "{{ x }}", "</s>", "1e-7"],
];
const ARGUMENTS = [
  ...['{"action": "go on"}', '{"loud":true,"price":20.0,"e":1e-7,"id":12345678901234567890}', "{}"],
  ...[
    '{"action": "say \\"é\\" \\\\ now\\nnext"}',
    '{"2": 1, "1": null, "b": -0.0}',
    '{"options": ["a", {"x": [1.50, false]}]}',
  ],
  ...[
    '{"action": "", "price": 1E5}',
    '{"action": "\\u00e9\\ud83d\\ude42</tool_call>"}',
    '{"price": 100000000000000000000.5}',
  ],
];

const provenance = { trajectory: "t1", step: 0, actor: "expert/e", reason: "expert success" } as never;

/** One to three rounds of a user who says something and an assistant who answers, perhaps after calls. */
export function conversation(from: Random, kind: Kind): WeightedMessage[] {
  const messages: WeightedMessage[] =
    from.next() < 0.5 ? [{ role: "system", content: from.pick(TEXTS), weight: 0 }] : [];
  if (kind === "one call behind a thought") {
    const user: WeightedMessage = { role: "user", content: from.pick(TEXTS), weight: 0 };
    return [...messages, user, ...called(from, kind, 0).slice(0, 2), said(from, { content: from.pick(TEXTS) }, 1)];
  }
  const rounds = 1 + from.integer(3);
  for (let round = 0; round < rounds; round++) {
    messages.push({ role: "user", content: from.pick(TEXTS), weight: 0 });
    if (kind.includes("call")) messages.push(...called(from, kind, round));
    messages.push(said(from, { content: from.pick(TEXTS), ...thought(from, kind) }));
  }
  if (!messages.some(({ weight }) => weight === 1)) return conversation(from, kind);
  return messages;
}

function called(from: Random, kind: Kind, round: number): WeightedMessage[] {
  return Array.from({ length: 1 + from.integer(2) }, (_, turn) => {
    const count = kind === "parallel calls" ? 2 + from.integer(2) : 1;
    const toolCalls = Array.from(
      { length: count },
      (_, index): ToolCall => ({
        ...{ id: `call${round}${turn}${index}00`, name: from.pick(TOOLS).name, arguments: from.pick(ARGUMENTS) },
      }),
    );
    const results = toolCalls.map(
      ({ id }): WeightedMessage => ({ role: "tool", content: from.pick(TEXTS), toolCallId: id, weight: 0 }),
    );
    const content = kind === "calls beside text" ? from.pick(TEXTS) : "";
    const message = { content, toolCalls, ...thought(from, kind) };
    return [said(from, message, kind === "one call behind a thought" ? 1 : undefined), ...results];
  }).flat();
}

function thought(from: Random, kind: Kind): Pick<Message, "reasoning"> {
  return kind.includes("thought") ? { reasoning: from.pick(TEXTS).trim() } : {};
}

function said(from: Random, message: Omit<Message, "role">, share = 0.8): WeightedMessage {
  const isLearned = from.next() < share;
  return isLearned
    ? { role: "assistant", ...message, weight: 1, provenance }
    : { role: "assistant", ...message, weight: 0 };
}
