/**
 * Conversations in which calls stand in the agent's text, as chat templates write them. They are written after the templates
 * and share no code with the readers. Values of arguments are texts and JSON as they are.
 */
import fc from "fast-check";
import type { Tool } from "../src/core/message.ts";
import { anyName, anyWords, type SpokenCall, type Talk } from "./chat-model.ts";

export interface TaggedCall extends SpokenCall {
  /** Names and values of the arguments: a text, or JSON that is none. */
  readonly pairs: readonly { readonly key: string; readonly text?: string; readonly json?: string }[];
}

export interface TagWriter {
  readonly name: string;
  /** What an agent's turn is: what it says, its thought, its calls. */
  readonly turn: (text: string, thought: string | undefined, calls: readonly TaggedCall[]) => string;
}

const q = (value: unknown) => JSON.stringify(value);
const named = ({ name, given }: TaggedCall) => `{"name": ${q(name)}, "arguments": ${given}}`;
const thinking = (thought: string | undefined) => (thought === undefined ? "" : `<think>\n${thought}\n</think>\n\n`);
/** Text, a line break, blocks on lines of their own, as Qwen's template has it. */
const lines = (text: string, blocks: readonly string[]) => [...(text === "" ? [] : [text]), ...blocks].join("\n");
const written = ({ text, json }: { readonly text?: string; readonly json?: string }) => json ?? text ?? "";

const simple = (name: string, block: (call: TaggedCall) => string): TagWriter => ({
  name,
  turn: (text, thought, calls) => thinking(thought) + lines(text, calls.map(block)),
});
/** One section with all calls. */
const section = (name: string, all: (calls: readonly TaggedCall[]) => string): TagWriter => ({
  name,
  turn: (text, thought, calls) => thinking(thought) + lines(text, calls.length > 0 ? [all(calls)] : []),
});

const qwenFunction = ({ name, pairs }: TaggedCall) =>
  `<function=${name}>\n${pairs.map((one) => `<parameter=${one.key}>\n${written(one)}\n</parameter>\n`).join("")}</function>`;
const invoke = ({ name, pairs }: TaggedCall) =>
  `<invoke name="${name}">\n${pairs.map((one) => `<parameter name="${one.key}">${written(one)}</parameter>\n`).join("")}</invoke>`;
const dsml = ({ name, pairs }: TaggedCall) => {
  const parameters = pairs.map(
    (one) =>
      `<｜DSML｜parameter name="${one.key}" string="${one.json === undefined}">${written(one)}</｜DSML｜parameter>\n`,
  );
  return `<｜DSML｜invoke name="${name}">\n${parameters.join("")}</｜DSML｜invoke>\n`;
};

/** Messages in one turn: the thought, what is said beside the calls, each call. */
const harmony: TagWriter = {
  name: "gpt-oss, raw",
  turn(text, thought, calls) {
    const messages = [
      ...(thought === undefined ? [] : [`<|channel|>analysis<|message|>${thought}<|end|>`]),
      ...(text === "" ? [] : [`<|channel|>${calls.length > 0 ? "commentary" : "final"}<|message|>${text}<|end|>`]),
      ...calls.map(
        ({ name, given }) => `<|channel|>commentary to=functions.${name} <|constrain|>json<|message|>${given}<|call|>`,
      ),
    ];
    return messages.join("<|start|>assistant");
  },
};

export const TAG_WRITERS: readonly TagWriter[] = [
  simple("Hermes, Qwen", (call) => `<tool_call>\n${named(call)}\n</tool_call>`),
  {
    name: "Qwen, thought opened by the prompt",
    turn: (text, thought, calls) =>
      (thought === undefined ? "" : `${thought}\n</think>\n\n`) +
      lines(
        text,
        calls.map((call) => `<tool_call>\n${named(call)}\n</tool_call>`),
      ),
  },
  simple("Qwen3-Coder", (call) => `<tool_call>\n${qwenFunction(call)}\n</tool_call>`),
  section("Seed-OSS", (calls) => `<seed:tool_call>\n${calls.map(qwenFunction).join("\n")}\n</seed:tool_call>`),
  simple("GLM 4.5", ({ name, pairs }) => {
    const given = pairs.map((one) => `<arg_key>${one.key}</arg_key>\n<arg_value>${written(one)}</arg_value>\n`);
    return `<tool_call>${name}\n${given.join("")}</tool_call>`;
  }),
  simple("Llama, functions", ({ name, given }) => `<function=${name}>${given}</function>`),
  section(
    "Llama, python tag",
    (calls) =>
      `<|python_tag|>${calls.map(({ name, given }) => `{"name": ${q(name)}, "parameters": ${given}}`).join("; ")}<|eom_id|>`,
  ),
  section("Mistral, list", (calls) => `[TOOL_CALLS][${calls.map(named).join(", ")}]</s>`),
  section("Mistral, names", (calls) => calls.map(({ name, given }) => `[TOOL_CALLS]${name}[ARGS]${given}`).join("")),
  section(
    "DeepSeek V3",
    (calls) =>
      `<｜tool▁calls▁begin｜>${calls
        .map(
          ({ name, given }) =>
            `<｜tool▁call▁begin｜>function<｜tool▁sep｜>${name}\n\`\`\`json\n${given}\n\`\`\`<｜tool▁call▁end｜>`,
        )
        .join("\n")}<｜tool▁calls▁end｜><｜end▁of▁sentence｜>`,
  ),
  section(
    "DeepSeek V3.1",
    (calls) =>
      `<｜tool▁calls▁begin｜>${calls
        .map(({ name, given }) => `<｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${given}<｜tool▁call▁end｜>`)
        .join("")}<｜tool▁calls▁end｜>`,
  ),
  section("DeepSeek V3.2", (calls) => `<｜DSML｜function_calls>\n${calls.map(dsml).join("")}</｜DSML｜function_calls>`),
  section("MiniMax", (calls) => `<minimax:tool_call>\n${calls.map(invoke).join("\n")}\n</minimax:tool_call>`),
  section("Claude's older tags", (calls) => `<function_calls>\n${calls.map(invoke).join("\n")}\n</function_calls>`),
  section(
    "Kimi K2",
    (calls) =>
      `<|tool_calls_section_begin|>${calls
        .map(
          ({ name, given }, index) =>
            `<|tool_call_begin|>functions.${name}:${index}<|tool_call_argument_begin|>${given}<|tool_call_end|>`,
        )
        .join("")}<|tool_calls_section_end|>`,
  ),
  section("Phi-4-mini", (calls) => `<|tool_call|>[${calls.map(named).join(", ")}]<|/tool_call|>`),
  section("Hunyuan", (calls) => `<tool_calls>[${calls.map(named).join(", ")}]</tool_calls>`),
  section("Phi-4, functools", (calls) => `functools[${calls.map(named).join(", ")}]`),
  harmony,
];

/** Templates strip what models say, and tags in it would be tags. */
const plain = anyWords.map((text) => text.replace(/[<[{｜|]/g, "(").trim());
const anyPair = fc.oneof(
  fc.record({ text: plain }),
  fc.record({
    json: fc.constantFrom("20.0", "1e-7", "12345678901234567890", "true", "null", '[1.50,"a"]', '{"a":{"b":-0}}'),
  }),
);
const anyTaggedCall: fc.Arbitrary<TaggedCall> = fc
  .record({
    name: anyName.map((name) => `f${name}`),
    pairs: fc.uniqueArray(
      fc.tuple(
        anyName.map((key) => `k${key}`),
        anyPair,
      ),
      { maxLength: 3, selector: ([key]) => key },
    ),
    result: fc.record({ text: plain, isError: fc.constant(false) }),
  })
  .map(({ pairs, ...call }) => ({
    ...call,
    pairs: pairs.map(([key, value]) => ({ key, ...value })),
    given: `{${pairs.map(([key, value]) => `${q(key)}:${"json" in value ? value.json : q(value.text)}`).join(",")}}`,
  }));

type TaggedTurn = Omit<Talk["turns"][number], "calls"> & { readonly calls: readonly TaggedCall[] };
export type TaggedTalk = Omit<Talk, "turns"> & { readonly turns: readonly TaggedTurn[] };

/** A conversation in which each turn but the last calls. */
export const anyTaggedTalk: fc.Arbitrary<TaggedTalk> = fc
  .array(
    fc.record({
      text: plain,
      thought: fc.option(
        plain.filter((text) => text !== ""),
        { nil: undefined },
      ),
      calls: fc.array(anyTaggedCall, { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((turns) => ({
    system: undefined,
    isCut: false,
    turns: [
      ...turns.map((turn, index) => ({ ...turn, asked: index === 0 ? "Begin." : undefined })),
      { text: "Done.", thought: undefined, calls: [], asked: undefined },
    ],
  }));

/** The tools of a talk, each as its arguments' schema has it where a value is a text; of one name, all values together. */
export function toolsOf({ turns }: TaggedTalk): readonly Tool[] {
  const calls = turns.flatMap((turn) => turn.calls);
  return [...new Set(calls.map(({ name }) => name))].map((name) => ({
    name,
    description: "",
    parameters: {
      type: "object",
      properties: Object.fromEntries(
        calls
          .filter((call) => call.name === name)
          .flatMap(({ pairs }) =>
            pairs.map(({ key, json }) => [key, { type: json === undefined ? "string" : "object" }]),
          ),
      ),
    },
  }));
}
