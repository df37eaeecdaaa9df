/** Conversations as tools that fine-tune have them: ShareGPT, ms-swift and LLaMA-Factory v1 (chat-writers.ts). */
import type { Talk } from "./chat-model.ts";
import { type ChatWriter, list, messages, type Numbered, obj, q, said } from "./chat-writing.ts";

export const sharegpt: ChatWriter = {
  name: "ShareGPT",
  tellsErrors: false,
  write: (talk) =>
    messages(asCallsAlone(talk), {
      system: (text) => obj({ from: q("system"), value: q(text) }),
      user: (text) => obj({ from: q("human"), value: q(text) }),
      agent: ({ text, calls }) => [
        calls.length > 0
          ? obj({ from: q("function_call"), value: q(callTexts(calls)) })
          : obj({ from: q("gpt"), value: q(text) }),
      ],
      result: ({ result }) => obj({ from: q("observation"), value: q(result.text) }),
    }),
  strange: [obj({ from: q("narrator"), value: q("x") }), obj({ from: q("human"), value: q("x"), undertone: q("y") })],
};

const callText = ({ name, given }: Numbered) => obj({ name: q(name), arguments: given });
const callTexts = (calls: readonly Numbered[]) =>
  calls.length === 1 ? callText(calls[0]!) : list(calls.map(callText));

/** For spellings in which a turn is calls or text, without a thought of its own. */
export const asCallsAlone = (talk: Talk): Talk => ({
  ...talk,
  turns: talk.turns.map((turn) => ({ ...turn, thought: undefined, text: turn.calls.length > 0 ? "" : turn.text })),
});

export const swift: ChatWriter = {
  ...sharegpt,
  name: "ms-swift",
  write: (talk) => [
    ...messages(asCallsAlone(talk), {
      system: said("system"),
      user: said("user"),
      agent: ({ text, calls }) => [
        calls.length > 0 ? obj({ role: q("tool_call"), content: q(callTexts(calls)) }) : said("assistant")(text),
      ],
      result: ({ result }) => said("tool_response")(result.text),
    }),
  ],
  strange: [said("narrator")("x"), obj({ role: q("tool_call"), content: q('{"name":"f","arguments":{},"aside":1}') })],
};

const part = (type: string, value: string) => obj({ type: q(type), value: q(value) });
const v1 = (role: string) => (text: string) =>
  obj({ role: q(role), content: list([part("text", text)]), loss_weight: "0.0" });
export const llamafactoryV1: ChatWriter = {
  name: "LLaMA-Factory v1",
  tellsErrors: false,
  write: (talk) =>
    messages(talk, {
      system: v1("system"),
      user: v1("user"),
      agent: ({ text, thought, calls }) => [
        obj({
          role: q("assistant"),
          content: list([
            ...(thought === undefined ? [] : [part("reasoning", thought)]),
            ...(text === "" ? [] : [part("text", text)]),
            ...calls.map((call) => part("tool_call", callText(call))),
          ]),
          loss_weight: "1.0",
        }),
      ],
      result: ({ result }) => v1("tool")(result.text),
    }),
  strange: [
    obj({ role: q("narrator"), content: list([part("text", "x")]) }),
    obj({ role: q("user"), content: list([part("hologram", "x")]) }),
  ],
};
