/**
 * What of a record is said, by format, and what of it may be left out if that is told, and as what: found here without the
 * readers. A part that may be left out stands in `{aside: KIND, content}`.
 */
import { type Counting, isRow, type Row } from "./counting.ts";

/** Finds what is said in a damaged record. */
export type SaidBy = Counting & { readonly said: (row: Row) => unknown };

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
export const rowOf = (value: unknown): Row => (isRow(value) ? value : {});

/** What a part is left out as, by its type; most have their type's name. */
const NAMES: Readonly<Record<string, string>> = {
  redacted_thinking: "encrypted reasoning",
  "reasoning.encrypted": "encrypted reasoning",
  mcp_list_tools: "list of tools",
  computer_screenshot: "image",
  container_upload: "file",
};
const PICTURES = /^(?:image|image_url|input_image|audio|input_audio|video|file|input_file)$/;

/** Parts that no text stands for, and those that are wrapped. */
export function aside(part: Row): string | undefined {
  if (typeof part.aside === "string") return part.aside;
  const { type } = part;
  if (type === "document" && /^(?:base64|url|file)$/.test(String(rowOf(part.source).type))) return "document";
  if ((type === "thinking" || type === "reasoning") && part.redacted === true) return "encrypted reasoning";
  if (typeof type === "string")
    return Object.hasOwn(NAMES, type) ? NAMES[type] : PICTURES.test(type) ? type : undefined;
  const [name] = Object.keys(part);
  if (name === "image" || name === "document" || name === "video") return name;
  if (isRow(part.inlineData)) return "inline data";
  if (isRow(part.fileData)) return "file";
  return part.redactedContent === undefined ? undefined : "encrypted reasoning";
}

/** The elements of a list, those wrapped that `kindOf` knows; `of`: what of another element is said. */
export const wrapped = (list: unknown, kindOf: (one: Row) => string | undefined, of = (one: Row): unknown => one) =>
  listOf(list).map((one) => {
    const kind = kindOf(rowOf(one));
    return kind === undefined ? of(rowOf(one)) : { aside: kind, content: of(rowOf(one)) };
  });

/** Messages of OpenAI's APIs: a thought of which there is a summary, an error beside an answer, names of speakers. */
export const openaiSaid = (messages: unknown): unknown =>
  listOf(messages).map((value) => {
    const { summary, content, error, name, audio, ...rest } = rowOf(value);
    const isBoth = rest.type === "reasoning" && listOf(content).length > 0 && Object.keys(summary ?? {}).length > 0;
    const failure = typeof error === "string" ? error : rowOf(error).message;
    const isBeside = rest.role === "tool" && isText(content) && isText(failure) && !content.includes(failure);
    return [
      isBoth ? { aside: "summary of a thought", summary } : summary,
      isBeside ? { aside: "error beside an answer", failure } : failure,
      isText(name) && rest.role !== "tool" && rest.role !== "function" && rest.type === undefined
        ? { aside: "name of a speaker", name: undefined, content: name }
        : [],
      rowOf(audio).transcript,
      // With its name it is a call.
      { ...(name !== undefined && { name }), ...rest, content },
    ];
  });
const isText = (value: unknown): value is string => typeof value === "string" && value !== "";

const messagesIn = ({ messages }: Row) => openaiSaid(messages);

/** Answers of models that SWE-agent's history lacks, and messages of other agents. */
function sweAgentSaid({ history, trajectory }: Row): unknown {
  const all = listOf(history).map(rowOf);
  const isOwn = (one: Row) => one.agent === all[0]?.agent;
  const texts = all
    .filter((one) => isOwn(one) && one.role === "assistant" && one.is_demo !== true)
    .map((one) => one.content);
  const responses = listOf(trajectory).map((one) => rowOf(one).response);
  const lost = responses.filter((one) => isText(one) && !texts.includes(one));
  return [
    wrapped(
      all,
      (one) => (isOwn(one) ? undefined : "message of another agent"),
      ({ content, tool_calls, thinking_blocks }) => [content, tool_calls, thinking_blocks],
    ),
    lost.map((content) => ({ aside: "turn that the agent's loop took back", content })),
  ];
}

/** Conversations of Claude Code: what stands in none that a model answered is left out, event by event. */
function claudeCodeSaid({ events }: Row): unknown {
  const parts = new Map<string, Row[]>();
  const roots = new Map<unknown, unknown>();
  const seen = new Set<unknown>();
  let part = 0;
  for (const event of listOf(events).map(rowOf)) {
    const { uuid, parentUuid, isSidechain, agentId, type, subtype } = event;
    if (uuid !== undefined && seen.has(uuid)) continue;
    seen.add(uuid);
    roots.set(uuid, roots.get(parentUuid) ?? uuid);
    if (isSidechain !== true && type === "system" && subtype === "compact_boundary") part += 1;
    const key = isSidechain === true ? `side ${agentId ?? roots.get(uuid)}` : `part ${part}`;
    parts.set(key, [...(parts.get(key) ?? []), event]);
  }
  return [...parts.values()].map((all) => {
    const isAnswered = all.some(({ type }) => type === "assistant");
    return wrapped(
      all,
      ({ type, subtype }) =>
        isAnswered && (type === "user" || type === "assistant")
          ? undefined
          : `event ${[type, subtype].filter((one) => typeof one === "string").join(" ")}`,
      ({ message }) => message,
    );
  });
}

/** The last list is the run; what earlier ones have beside it is told, each message once. */
function toolbenchSaid({ answer_generation }: Row): unknown {
  const lists = listOf(rowOf(answer_generation).train_messages).map(listOf);
  const run = lists.at(-1) ?? [];
  const known = new Set(run.map((message) => JSON.stringify(message)));
  const others = new Set(
    lists
      .slice(0, -1)
      .flat()
      .map((message) => JSON.stringify(message)),
  );
  const alone = [...others].filter((text) => !known.has(text)).map((text): unknown => JSON.parse(text));
  return [openaiSaid(run), alone.map((content) => ({ aside: "message of one call alone", content }))];
}

function openhandsSaid({ history }: Row): unknown {
  return listOf(history).map((value) => {
    const event = rowOf(value);
    const { system_prompt, dynamic_context, llm_message, extended_content, thought, reasoning_content, tool_call } =
      event;
    const { args, content, error, tool_call_metadata, observation } = event;
    return [
      ...[system_prompt, dynamic_context, llm_message, extended_content, thought, reasoning_content, tool_call, error],
      ...[rowOf(args).content, content, rowOf(rowOf(tool_call_metadata).model_response).choices],
      rowOf(observation).content,
    ];
  });
}

const eventsIn = (events: unknown) =>
  listOf(events).map((event) => {
    const { input, output } = rowOf(event);
    return [input, listOf(rowOf(output).choices).map((choice) => rowOf(choice).message)];
  });

/** The versions of a message beside the first one, and messages that no call has: each is told. */
function inspectSaid({ events, messages }: Row): unknown {
  const called = [eventsIn(events)].flat(9).map(rowOf);
  const texts = new Set(called.map((message) => JSON.stringify(message)));
  const ids = new Set(called.map(({ id }) => id).filter((id) => typeof id === "string"));
  const isKnown = (message: Row) => ids.has(message.id as string) || texts.has(JSON.stringify(message));
  const final = listOf(messages).map(rowOf);
  const last = final.findLastIndex(isKnown);
  const first = new Map<unknown, string>();
  return [...called, ...final].map((message, index) => {
    const { id } = message;
    const text = JSON.stringify(message);
    const before = first.get(id) ?? text;
    if (typeof id === "string") first.set(id, before);
    if (before !== text) return { aside: "other wording of a message", content: message };
    const isUnread = index >= called.length && index - called.length < last && !isKnown(message);
    return isUnread ? { aside: "message that no model read", content: message } : message;
  });
}

/** By format; `messages` of a record where it is not here. */
export const SAID: Readonly<Record<string, SaidBy>> = {
  messages: { said: messagesIn },
  inspect: { said: inspectSaid, isCopied: true },
  verifiers: {
    said: ({ traces, prompt, completion }) => [
      listOf(traces).map((trace) => listOf(rowOf(trace).nodes).map((node) => rowOf(node).message)),
      prompt,
      completion,
    ],
  },
  atif: { said: ({ steps, subagent_trajectories: others }) => [steps, listOf(others).map((one) => rowOf(one).steps)] },
  toolbench: { said: toolbenchSaid, isCopied: true },
  "tau-bench": { said: ({ traj }) => openaiSaid(traj) },
  "tau2-bench": {
    said: ({ messages, results_info, policy }) => [
      policy,
      rowOf(rowOf(results_info).environment_info).policy,
      wrapped(
        messages,
        ({ role, tool_calls, requestor }) =>
          (role === "user" && listOf(tool_calls).length > 0) || (role === "tool" && requestor === "user")
            ? "what the user did with tools of its own"
            : undefined,
        ({ raw_data, ...message }) => [
          message,
          rowOf(rowOf(listOf(rowOf(raw_data).choices)[0]).message).reasoning_content,
        ],
      ),
    ],
  },
  "swe-agent": { said: sweAgentSaid },
  "mini-swe-agent": {
    said: ({ messages }) => wrapped(messages, ({ role }) => (role === "exit" ? "how the loop ended" : undefined)),
  },
  "claude-code": { said: claudeCodeSaid, isCopied: true },
  openhands: { said: openhandsSaid, isCopied: true },
};
