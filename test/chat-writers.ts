/**
 * Conversations in every API's spelling, as JSON text. They are written after the APIs' documents and share no code with the
 * readers. Arguments are spliced in as they are: no number passes through JavaScript.
 */
import type { Talk } from "./chat-model.ts";
import {
  type ChatWriter,
  list,
  messages,
  type Numbered,
  type NumberedTurn,
  numbered,
  obj,
  q,
  said,
} from "./chat-writing.ts";
import { asCallsAlone, llamafactoryV1, sharegpt, swift } from "./tuning-writers.ts";

const openaiCall = ({ id, name, given }: Numbered) =>
  obj({ id: q(id), type: q("function"), function: obj({ name: q(name), arguments: q(given) }) });

/** `thought`: the members that hold it, by server. */
const openai = (name: string, thought: (text: string) => Readonly<Record<string, string>>): ChatWriter => ({
  name,
  tellsErrors: false,
  write: (talk) =>
    messages(talk, {
      system: said("system"),
      user: said("user"),
      agent: (turn) => [
        obj({
          role: q("assistant"),
          content: turn.text === "" && turn.calls.length > 0 ? "null" : q(turn.text),
          ...(turn.thought === undefined ? {} : thought(turn.thought)),
          tool_calls: turn.calls.length > 0 ? list(turn.calls.map(openaiCall)) : undefined,
        }),
      ],
      result: ({ id, result }) => obj({ role: q("tool"), tool_call_id: q(id), content: q(result.text) }),
    }),
  strange: [
    obj({ role: q("narrator"), content: q("x") }),
    obj({ role: q("user"), content: list([obj({ type: q("hologram"), data: q("x") })]) }),
    obj({ role: q("assistant"), content: q("x"), inner_voice: q("y") }),
    obj({ role: q("assistant"), content: list([obj({ type: q("text"), text: q("x"), undertone: q("y") })]) }),
  ],
});

const legacy: ChatWriter = {
  ...openai("OpenAI, function_call", (text) => ({ reasoning: q(text) })),
  write: (talk) =>
    messages(singleCalls(talk), {
      system: said("system"),
      user: said("user"),
      agent: ({ text, thought, calls: [call] }) => [
        obj({
          role: q("assistant"),
          content: q(text),
          reasoning: thought === undefined ? undefined : q(thought),
          function_call: call && obj({ name: q(call.name), arguments: q(call.given) }),
        }),
      ],
      result: ({ name, result }) => obj({ role: q("function"), name: q(name), content: q(result.text) }),
    }),
};

/** For spellings of one call in a turn. */
export const singleCalls = (talk: Talk): Talk => ({
  ...talk,
  turns: talk.turns.map((turn) => ({ ...turn, calls: turn.calls.slice(0, 1) })),
});

const flat: ChatWriter = {
  ...openai("OpenAI, arguments as objects", (text) => ({ thinking: q(text) })),
  write: (talk) =>
    messages(talk, {
      system: said("developer"),
      user: (text) => obj({ role: q("user"), content: list([obj({ type: q("text"), text: q(text) })]) }),
      agent: ({ text, thought, calls }) => [
        obj({
          role: q("assistant"),
          content: q(text),
          thinking: thought === undefined ? undefined : q(thought),
          tool_calls:
            calls.length > 0
              ? list(calls.map(({ name, given }) => obj({ function: obj({ name: q(name), arguments: given }) })))
              : undefined,
        }),
      ],
      result: ({ name, result }) =>
        obj({ role: q("tool"), tool_name: undefined, name: q(name), content: q(result.text) }),
    }),
};

const responses: ChatWriter = {
  name: "OpenAI Responses",
  tellsErrors: false,
  write: (talk) =>
    messages(talk, {
      system: (text) => obj({ type: q("message"), role: q("developer"), content: q(text) }),
      user: (text) =>
        obj({ type: q("message"), role: q("user"), content: list([obj({ type: q("input_text"), text: q(text) })]) }),
      agent: ({ text, thought, calls }) => [
        ...(thought === undefined
          ? []
          : [
              obj({
                type: q("reasoning"),
                id: q("rs"),
                summary: "[]",
                content: list([obj({ type: q("reasoning_text"), text: q(thought) })]),
              }),
            ]),
        ...(text === "" && calls.length > 0
          ? []
          : [
              obj({
                type: q("message"),
                role: q("assistant"),
                status: q("completed"),
                content: list([obj({ type: q("output_text"), text: q(text), annotations: "[]" })]),
              }),
            ]),
        ...calls.map(({ id, name, given }) =>
          obj({ type: q("function_call"), call_id: q(id), id: q("fc"), name: q(name), arguments: q(given) }),
        ),
      ],
      result: ({ id, result }) => obj({ type: q("function_call_output"), call_id: q(id), output: q(result.text) }),
    }),
  strange: [
    obj({ type: q("item_reference"), id: q("x") }),
    obj({ type: q("compaction"), encrypted_content: q("x") }),
    obj({ type: q("function_call"), call_id: q("x"), name: q("f"), arguments: q("{}"), whisper: q("y") }),
  ],
};

/** Results and what the user says next stand in one message. */
function blocks(
  talk: Talk,
  {
    text,
    user,
    agent,
    result,
  }: {
    readonly text: (text: string) => string;
    readonly user: (parts: readonly string[]) => string;
    readonly agent: (turn: NumberedTurn) => string;
    readonly result: (call: Numbered) => string;
  },
): string[] {
  const written: string[] = [];
  let results: string[] = [];
  for (const turn of numbered(talk)) {
    const parts = [...results, ...(turn.asked === undefined ? [] : [text(turn.asked)])];
    written.push(user(parts), agent(turn));
    results = turn.isAnswered ? turn.calls.map(result) : [];
  }
  return results.length > 0 ? [...written, user(results)] : written;
}

const anthropic: ChatWriter = {
  name: "Anthropic messages",
  tellsErrors: true,
  write: (talk) => [
    ...(talk.system === undefined ? [] : [said("system")(talk.system)]),
    ...blocks(talk, {
      text: (text) => obj({ type: q("text"), text: q(text) }),
      user: (parts) => obj({ role: q("user"), content: list(parts) }),
      agent: ({ text, thought, calls }) =>
        obj({
          role: q("assistant"),
          content: list([
            ...(thought === undefined ? [] : [obj({ type: q("thinking"), thinking: q(thought), signature: q("s") })]),
            ...(text === "" ? [] : [obj({ type: q("text"), text: q(text) })]),
            ...calls.map(({ id, name, given }) => obj({ type: q("tool_use"), id: q(id), name: q(name), input: given })),
          ]),
        }),
      result: ({ id, result }) =>
        obj({
          type: q("tool_result"),
          tool_use_id: q(id),
          is_error: String(result.isError),
          content: result.text.length % 2 ? q(result.text) : list([obj({ type: q("text"), text: q(result.text) })]),
        }),
    }),
  ],
  strange: [
    obj({ role: q("user"), content: list([obj({ type: q("compaction"), content: q("x") })]) }),
    obj({ role: q("user"), content: list([obj({ type: q("thinking"), thinking: q("x"), signature: q("s") })]) }),
    obj({
      role: q("assistant"),
      content: list([obj({ type: q("tool_use"), id: q("x"), name: q("f"), input: "{}", aside: q("y") })]),
    }),
  ],
};

const bedrock: ChatWriter = {
  name: "Bedrock Converse",
  tellsErrors: true,
  write: (talk) => [
    ...(talk.system === undefined ? [] : [obj({ role: q("system"), content: list([obj({ text: q(talk.system) })]) })]),
    ...blocks(talk, {
      text: (text) => obj({ text: q(text) }),
      user: (parts) => obj({ role: q("user"), content: list(parts) }),
      agent: ({ text, thought, calls }) =>
        obj({
          role: q("assistant"),
          content: list([
            ...(thought === undefined
              ? []
              : [obj({ reasoningContent: obj({ reasoningText: obj({ text: q(thought), signature: q("s") }) }) })]),
            ...(text === "" ? [] : [obj({ text: q(text) })]),
            ...calls.map(({ id, name, given }) =>
              obj({ toolUse: obj({ toolUseId: q(id), name: q(name), input: given }) }),
            ),
          ]),
        }),
      result: ({ id, result }) =>
        obj({
          toolResult: obj({
            toolUseId: q(id),
            content: list([obj({ text: q(result.text) })]),
            status: q(result.isError ? "error" : "success"),
          }),
        }),
    }),
  ],
  strange: [
    obj({ role: q("user"), content: list([obj({ hologram: obj({ data: q("x") }) })]) }),
    obj({ role: q("user"), content: list([obj({ text: q("x"), cachePoint: "{}" })]) }),
    obj({
      role: q("assistant"),
      content: list([obj({ toolUse: obj({ toolUseId: q("x"), name: q("f"), input: "{}", aside: q("y") }) })]),
    }),
  ],
};

const gemini = (name: string, isSnake: boolean): ChatWriter => {
  const call = isSnake ? "function_call" : "functionCall";
  const response = isSnake ? "function_response" : "functionResponse";
  return {
    name,
    tellsErrors: true,
    write: (talk) => [
      ...(talk.system === undefined ? [] : [obj({ role: q("system"), parts: list([obj({ text: q(talk.system) })]) })]),
      ...blocks(talk, {
        text: (text) => obj({ text: q(text) }),
        user: (parts) => obj({ role: q("user"), parts: list(parts) }),
        agent: ({ text, thought, calls }) =>
          obj({
            role: q("model"),
            parts: list([
              ...(thought === undefined ? [] : [obj({ text: q(thought), thought: "true" })]),
              ...(text === ""
                ? []
                : [obj({ text: q(text), [isSnake ? "thought_signature" : "thoughtSignature"]: q("s") })]),
              ...calls.map((one) => obj({ [call]: obj({ name: q(one.name), args: one.given }) })),
            ]),
          }),
        result: ({ name: tool, result }) =>
          obj({
            [response]: obj({
              name: q(tool),
              response: obj({ [result.isError ? "error" : "output"]: q(result.text) }),
            }),
          }),
      }),
    ],
    strange: [
      obj({ role: q("user"), parts: list([obj({ hologram: q("x") })]) }),
      obj({ role: q("narrator"), parts: list([obj({ text: q("x") })]) }),
      obj({ role: q("model"), parts: list([obj({ functionCall: obj({ name: q("f"), args: "{}", aside: q("y") }) })]) }),
    ],
  };
};

/** `wrap`: one of the three ways in which LangChain writes a message down. */
const langchain = (
  name: string,
  wrap: (type: string, members: Readonly<Record<string, string | undefined>>) => string,
): ChatWriter => ({
  name,
  tellsErrors: true,
  write: (talk) =>
    messages(talk, {
      system: (text) => wrap("system", { content: q(text) }),
      user: (text) => wrap("human", { content: q(text) }),
      agent: ({ text, thought, calls }) => [
        wrap("ai", {
          content: list([
            ...(thought === undefined ? [] : [obj({ type: q("reasoning"), reasoning: q(thought) })]),
            ...(text === "" ? [] : [obj({ type: q("text"), text: q(text) })]),
            ...calls.map(({ id, name: tool, given }) =>
              obj({ type: q("tool_use"), id: q(id), name: q(tool), input: given }),
            ),
          ]),
          tool_calls: list(
            calls.map(({ id, name: tool, given }) =>
              obj({ name: q(tool), args: given, id: q(id), type: q("tool_call") }),
            ),
          ),
          invalid_tool_calls: "[]",
          response_metadata: obj({ model: q("m") }),
        }),
      ],
      result: ({ id, result }) =>
        wrap("tool", {
          content: q(result.text),
          tool_call_id: q(id),
          status: q(result.isError ? "error" : "success"),
        }),
    }),
  strange: [
    wrap("remove", { content: q(""), id: q("x") }),
    wrap("human", { content: q("x"), undertone: q("y") }),
    wrap("ai", { content: list([obj({ type: q("non_standard"), value: q("x") })]) }),
  ],
});

const CLASSES: Readonly<Record<string, string>> = {
  system: "SystemMessage",
  human: "HumanMessage",
  ai: "AIMessage",
  tool: "ToolMessage",
  remove: "RemoveMessage",
};

export const WRITERS: readonly ChatWriter[] = [
  openai("OpenAI, reasoning_content", (text) => ({ reasoning_content: q(text) })),
  openai("OpenRouter", (text) => ({
    reasoning: q(text),
    reasoning_details: list([obj({ type: q("reasoning.text"), text: q(text), format: q("f"), index: "0" })]),
  })),
  legacy,
  flat,
  responses,
  anthropic,
  bedrock,
  gemini("Gemini, camelCase", false),
  gemini("Gemini, snake_case", true),
  langchain("LangChain, model_dump", (type, members) => obj({ ...members, type: q(type) })),
  langchain("LangChain, messages_to_dict", (type, members) =>
    obj({ type: q(type), data: obj({ ...members, type: q(type) }) }),
  ),
  langchain("LangChain, dumpd", (type, members) =>
    obj({
      lc: "1",
      type: q("constructor"),
      id: q(["langchain", "schema", "messages", CLASSES[type]]),
      kwargs: obj({ ...members, type: q(type) }),
    }),
  ),
  sharegpt,
  swift,
  llamafactoryV1,
];

/** What a writer can say of a talk: some spell one call in a turn, or no thoughts. */
export const spokenBy = ({ name }: ChatWriter, talk: Talk): Talk => {
  if (name === "OpenAI, function_call") return singleCalls(talk);
  return name === "ShareGPT" || name === "ms-swift" ? asCallsAlone(talk) : talk;
};
