/**
 * Logs of worlds in every format that has them: episodes of actions, thoughts and observations. What the world itself says
 * (where a goal stands, how an episode begins) is as its logs have it, all else is Cyrillic (counting.ts).
 */
import type { Benchmark } from "../../src/core/environment.ts";
import type { Json } from "../../src/core/json.ts";
import { corridor } from "../corridor.ts";
import { shop } from "../shop.ts";
import type { Base } from "./bases.ts";
import { isRow, type Row } from "./counting.ts";
import { listOf, openaiSaid, rowOf, wrapped } from "./said.ts";

/** Thoughts behind the last action; they are counted apart. */
export const UNUSED = "thought behind the last action";
const STEPS_BEHIND = "step behind the end";

const world = (name: string): Benchmark => ({ ...corridor, name });
const base = (
  name: string,
  format: string,
  benchmark: Benchmark,
  row: object,
  parts: Pick<Base, "said" | "calls"> & Partial<Base>,
): Base => ({ name: `${name}, ${benchmark.name}`, format, benchmark, row: row as Json, ...parts });

const ROOM = "You are in the middle of a room. вокруг шкафы\nYour task is to: положи кружку на стол";
const GOAL = "найди кружку 9, and price lower than 9.00 dollars";
const STEPS = [
  { thought: "кружка в шкафу", action: "открой шкаф 9", observation: "в нём пусто" },
  { thought: "значит стол", action: "иди к столу", observation: "вот она" },
  { thought: "", action: "возьми", observation: "взято" },
] as const;

/** Where the last turn begins that is an action, and what thoughts are behind it. */
function textSaid(text: unknown, action: RegExp, thought: RegExp, answer?: RegExp): unknown {
  if (typeof text !== "string") return text;
  const lines = text.split("\n");
  const isThought = (line: string) => thought.test(line);
  const last = lines.findLastIndex((line) => action.test(line) && !isThought(line));
  const from = lines.findIndex((line, index) => index > last && isThought(line));
  if (from < 0 || last < 0) return text;
  const behind: string[][] = [];
  for (const line of lines.slice(from)) {
    if (isThought(line)) behind.push([line]);
    else if (!answer?.test(line)) behind.at(-1)!.push(line);
  }
  return [lines.slice(0, from).join("\n"), behind.map((content) => ({ aside: UNUSED, content }))];
}
const linesOf = (text: unknown, what: RegExp, not?: RegExp): number =>
  typeof text === "string" ? text.split("\n").filter((line) => what.test(line) && !not?.test(line)).length : 0;

const PROMPT = /^>/;
const THINKING = /^> ?think(?::|\[)/i;
const prompted = [
  ROOM,
  ...STEPS.flatMap(({ thought, action, observation }) => [
    ...(thought === "" ? [] : [`> think: ${thought}`, "OK."]),
    `> ${action}`,
    observation,
  ]),
  "> think: готово",
].join("\n");
const labelled = [
  ROOM,
  ...STEPS.flatMap(({ thought, action, observation }, at) => [
    ...(thought === "" ? [] : [`Thought ${at}: ${thought}`]),
    `Action ${at}: ${action}`,
    `Observation ${at}: ${observation}`,
  ]),
].join("\n");
const LABELLED = /^Act(?:ion)?(?: \d+)?:/;

const TEXTS: readonly Base[] = [
  base(
    "react-text",
    "react-text",
    world("alfworld"),
    { text: prompted, success: true },
    {
      said: ({ text }) => textSaid(text, PROMPT, THINKING),
      calls: ({ text }) => linesOf(text, PROMPT, THINKING),
    },
  ),
  base(
    "react-text with labels",
    "react-text",
    world("alfworld"),
    { text: labelled, reward: 1 },
    {
      said: ({ text }) => textSaid(text, LABELLED, /^Thought(?: \d+)?:/),
      calls: ({ text }) => linesOf(text, LABELLED),
    },
  ),
  base(
    "knowagent",
    "knowagent",
    world("alfworld"),
    {
      name: "pick-a/trial_1",
      result: true,
      traj: prompted.replace(/> think: /g, "> Think: ").replace(/\nOK\./, "\n> ActionPath: начало"),
    },
    {
      said: ({ traj }) => textSaid(traj, PROMPT, /^> ?(?:Think|ActionPath):/),
      calls: ({ traj }) => linesOf(traj, PROMPT, /^> ?(?:Think|ActionPath):/),
    },
  ),
];

const shareGpt = (
  start: string,
  spelled: (thought: string, action: string) => string,
  answer: (text: string) => string,
) => [
  { from: "human", value: "Rules." },
  { from: "gpt", value: "OK" },
  { from: "human", value: start },
  ...STEPS.flatMap(({ thought, action, observation }) => [
    { from: "gpt", value: spelled(thought, action) },
    { from: "human", value: answer(observation) },
  ]),
];
const eto = (start: string) =>
  shareGpt(
    start,
    (thought, action) => `Thought: ${thought}\nAction: ${action}`,
    (text) => `Observation: ${text}`,
  );
const gym = (start: string) =>
  shareGpt(
    start,
    (thought, action) => `Thought:\n${thought}\nAction:\n${action}`,
    (text) => text,
  );
/** Behind the rules and the consent. */
const conversed: Pick<Base, "said" | "calls"> = {
  said: ({ conversations }) =>
    listOf(conversations)
      .slice(2)
      .map((one) => rowOf(one).value),
  calls: ({ conversations }) =>
    listOf(conversations)
      .slice(2)
      .filter((one) => rowOf(one).from === "gpt").length,
};
const PAGE = `WebShop [SEP] Instruction: [SEP] ${GOAL} [SEP] Search`;
const HALL = "Your task is to вскипяти воду.\nThis room is called the прихожая.";
const CONVERSATIONS: readonly Base[] = [
  base("eto", "eto-webshop", shop(), { id: 9, conversations: eto(PAGE), reward: 1 }, conversed),
  base(
    "eto",
    "eto",
    world("alfworld"),
    { game_file: "x/pick-A/trial_T1/game", conversations: eto(ROOM), reward: 1 },
    conversed,
  ),
  base("eto", "eto", world("scienceworld"), { id: "0_3", conversations: eto(HALL), reward: 0.5 }, conversed),
  base(
    "agentgym",
    "agentgym-webshop",
    shop(),
    { item_id: "webshop_2", conversations: gym(PAGE), reward: 1, success: 1 },
    conversed,
  ),
  base(
    "agentgym",
    "agentgym",
    world("alfworld"),
    { item_id: "alfworld_3", conversations: gym(ROOM), reward: 1, success: 1 },
    conversed,
  ),
  base(
    "agentgym",
    "agentgym",
    world("scienceworld"),
    { item_id: "sciworld_3", conversations: gym(HALL), reward: 8 },
    conversed,
  ),
];

const pages = STEPS.map(({ observation }) => observation);
const SCIENCE = {
  taskName: "task-4-find-living-thing",
  variationIdx: 7,
  taskDescription: "Your task is to найди живое.",
  history: [
    { action: "look around", observation: "прихожая" },
    ...STEPS,
    { action: "ещё шаг", observation: "зря" },
  ].map(({ action, observation }, at) => ({
    ...{
      action,
      observation,
      score: at < 3 ? `0.${at}` : "1.0",
      isCompleted: String(at >= 3),
      freelook: "The room.",
      inventory: "",
    },
  })),
};
/** Steps up to the end of the episode; those behind it are told. */
function scienceSaid({ taskDescription, history }: Row): unknown {
  const steps = listOf(history).map(rowOf);
  const end = steps.findIndex(
    ({ score, isCompleted }) => isCompleted === true || isCompleted === "true" || Number(score) < 0,
  );
  return [
    taskDescription,
    steps.map(({ action, observation }, at) =>
      end >= 0 && at > end ? { aside: STEPS_BEHIND, content: [action, observation] } : [action, observation],
    ),
  ];
}

const OWN: readonly Base[] = [
  base("swiftsage", "swiftsage", world("scienceworld"), SCIENCE, { said: scienceSaid, calls: () => 0 }),
  base(
    "webshop-human",
    "webshop-human",
    shop(),
    {
      states: [`WebShop\nInstruction: \n${GOAL}\n[button] Search [button_]`, pages[0], pages[1]],
      actions: STEPS.map(({ action }) => `search[${action}]`),
    },
    { said: ({ states, actions }) => [states, actions], calls: ({ actions }) => listOf(actions).length },
  ),
  base(
    "react-webshop",
    "react-webshop",
    shop(),
    {
      ...{ idx: 3, instruction: GOAL, score: 1 },
      steps: [
        { action: "reset", observation: `\nWebshop \nInstruction:  \n${GOAL} \n[Search] ` },
        ...STEPS.flatMap(({ thought, action, observation }) => [
          ...(thought === "" ? [] : [{ action: `think[${thought}]`, observation: "OK." }]),
          { action, observation },
        ]),
        { action: "click[Buy Now]", observation: "Your score (min 0.0, max 1.0): 1.0\n\n1 1.0 1.0 0.0\n-----" },
      ],
    },
    { said: reactSaid, calls: () => 0 },
  ),
  base(
    "gleaner",
    "gleaner",
    corridor,
    {
      ...{
        task: "corridor/train/halls/2",
        instruction: "открой дверь",
        return: 1,
        success: true,
        outcome: "terminated",
      },
      steps: STEPS.map(({ thought, action }, at) => ({
        thought,
        action,
        observation: at === 0 ? "ты в зале" : pages[at - 1],
      })),
      finalObservation: pages[2],
    },
    {
      said: ({ instruction, steps, finalObservation }) => [
        ...[instruction, finalObservation],
        listOf(steps).map((step) => {
          const { thought, action, observation, completion } = rowOf(step);
          return [thought, action, observation, completion];
        }),
      ],
      calls: ({ steps }) => listOf(steps).length,
    },
  ),
];

/** The reset, and thoughts that no action follows. */
function reactSaid({ instruction, steps }: Row): unknown {
  const [start, ...turns] = listOf(steps).map(rowOf);
  const isThought = ({ action }: Row) => typeof action === "string" && /^think\[/.test(action);
  const last = turns.findLastIndex((turn) => !isThought(turn));
  const own = turns.map(({ action, observation }, at) =>
    at > last ? { aside: UNUSED, content: action } : [action, observation],
  );
  const { observation } = start ?? {};
  return [
    typeof observation === "string" && observation.includes(String(instruction)) ? [] : instruction,
    observation,
    own,
  ];
}

const START = "открой дверь\n\nты в зале";
const spoken = STEPS.flatMap(({ thought, action, observation }) => [
  { role: "assistant", content: `Thought: ${thought}\nAction: ${action}` },
  { role: "user", content: observation },
]);
const called = STEPS.flatMap(({ thought, action, observation }, at) => [
  {
    role: "assistant",
    content: thought,
    tool_calls: [{ id: `c${at}`, function: { name: "act9", arguments: JSON.stringify({ action }) } }],
  },
  { role: "tool", tool_call_id: `c${at}`, content: observation },
]);
const rules = { role: "system", content: "Rules." };
const withoutRules = (messages: unknown) => listOf(messages).filter((one) => rowOf(one).role !== "system");
const agentTurns = (messages: unknown) => listOf(messages).filter((one) => rowOf(one).role === "assistant").length;

/** What a chat of calls leaves out: reminders, calls that cannot be read, what is said behind the last action. */
function calledSaid({ messages }: Row): unknown {
  const turns = withoutRules(messages).map(rowOf);
  const isActing = ({ tool_calls }: Row) => listOf(tool_calls).some((call) => actionIn(call) !== undefined);
  const last = turns.findLastIndex(isActing);
  const begun = turns.findIndex(({ role }) => role === "assistant");
  const isBehind = (turn: Row, at: number) => at > last && turn.role === "assistant";
  const behind = turns.filter(isBehind);
  const kept = turns.filter((turn, at) => !isBehind(turn, at));
  return [
    openaiSaid(
      wrapped(kept, (turn) => {
        const at = turns.indexOf(turn);
        const before = turns[at - 1];
        const isReminder = turn.role === "user" && at > begun && before?.role === "assistant" && !isActing(before);
        return isReminder ? "reminder" : undefined;
      }).map((one) => (isRow(one) && one.aside === undefined ? withBroken(one) : one)),
    ),
    behind.length > 0 ? { aside: UNUSED, content: behind.map(({ content }) => content) } : [],
  ];
}
function actionIn(call: unknown): string | undefined {
  const { function: inner } = rowOf(call);
  const { name, arguments: given } = rowOf(inner);
  try {
    const value = rowOf(typeof given === "string" ? JSON.parse(given) : given);
    return name === "act9" && typeof value.action === "string" ? value.action : undefined;
  } catch {
    return undefined;
  }
}
/** Only the actions of calls are said in a world; a call without one is told. */
const withBroken = ({ tool_calls, ...turn }: Row): Row => ({
  ...turn,
  tool_calls: listOf(tool_calls).map((call) => actionIn(call) ?? { aside: "call that cannot be read", content: call }),
});

const CHATS: readonly Base[] = [
  base(
    "chat",
    "messages",
    corridor,
    { messages: [rules, { role: "user", content: START }, ...spoken], task_id: "corridor/train/halls/2", reward: 1 },
    {
      said: ({ messages }) => openaiSaid(withoutRules(messages)),
      calls: ({ messages }) => agentTurns(messages),
    },
  ),
  base(
    "chat of calls",
    "messages",
    corridor,
    {
      ...{ metadata: { task: "corridor/train/halls/2" }, reward: 1 },
      messages: [
        ...[rules, { role: "user", content: START }, ...called.slice(0, 2)],
        ...[{ role: "assistant", content: "подумаю" }, { role: "user", content: "продолжай" }, ...called.slice(2)],
        { role: "assistant", content: "всё" },
      ],
    },
    { said: calledSaid, calls: () => 0 },
  ),
  base(
    "inspect",
    "inspect",
    corridor,
    { id: 1, epoch: 1, messages: [rules, { role: "user", content: START }, ...spoken], scores: { s: { value: 1 } } },
    {
      said: ({ messages }) => openaiSaid(withoutRules(messages)),
      calls: ({ messages }) => agentTurns(messages),
    },
  ),
  base(
    "verifiers",
    "verifiers",
    corridor,
    { prompt: [rules, { role: "user", content: START }], completion: spoken, reward: 1, info: {} },
    {
      said: ({ prompt, completion }) => [withoutRules(prompt), withoutRules(completion)],
      calls: ({ completion }) => agentTurns(completion),
    },
  ),
];

/** With a world. */
export const WORLDS: readonly Base[] = [...TEXTS, ...CONVERSATIONS, ...OWN, ...CHATS];
