/** One good row of each log format: what tests of damaged logs begin with. */
import type { Benchmark } from "../src/core/environment.ts";
import type { Json } from "../src/core/json.ts";
import { corridor, walk, winning } from "./corridor.ts";
import { etoEpisode } from "./shop.ts";

const played = await walk(2, winning(2));
const start = `open the door.\n\n${played.steps[0]!.observation}`;
const answers = [...played.steps.slice(1).map(({ observation }) => observation), played.finalObservation];
const turns = played.steps.flatMap(({ action }, index) => [
  { role: "assistant", content: `Thought: so\nAction: ${action}` },
  { role: "user", content: answers[index]! },
]);
const called = [
  {
    role: "assistant",
    content: null,
    tool_calls: [{ id: "a", function: { name: "act", arguments: '{"action": "look"}' } }],
  },
  { role: "tool", content: "You see nothing." },
];
const messages = [{ role: "system", content: "Rules." }, { role: "user", content: start }, ...turns];
const shareGpt = (first: string, consent: string, marker: string) => [
  { from: "human", value: "Rules." },
  { from: "gpt", value: consent },
  { from: "human", value: first },
  { from: "gpt", value: `Thought:${marker}so\nAction:${marker}look` },
  { from: "human", value: "You see nothing." },
];
const room = "You are in the middle of a room.\nYour task is to: put some mug on desk.";
const world = (name: string): Benchmark => ({ ...corridor, name });

/** One good row of each format that reads several worlds, and the world. */
export const ROWS: readonly (readonly [format: string, benchmark: Benchmark, row: object])[] = [
  [
    "react-text",
    world("alfworld"),
    { text: `${room}\n> think: so\nOK.\n> look\nYou see nothing.\n> inventory`, success: false },
  ],
  ["messages", corridor, { messages, task_id: "corridor/train/halls/2", reward: 1, success: true }],
  ["messages", corridor, { messages: [messages[1], ...called], metadata: { task: "corridor/train/halls/2" } }],
  ["messages", world("alfworld"), { conversations: shareGpt(room, "OK", " "), game_file: "a-b/trial_1" }],
  ["inspect", corridor, { id: 1, messages, scores: { s: { value: 1 } }, attachments: {}, metadata: {} }],
  ["verifiers", corridor, { prompt: messages.slice(0, 2), completion: turns, reward: 1, info: {} }],
  [
    "gleaner",
    corridor,
    { task: "corridor/train/halls/2", steps: played.steps, return: 1, success: true, outcome: "terminated" },
  ],
  [
    "eto",
    world("alfworld"),
    { game_file: "x/pick_x-A-None-B-1/trial_T1/game.tw-pddl", conversations: shareGpt(room, "OK", " "), reward: 1 },
  ],
  [
    "eto",
    world("scienceworld"),
    { id: "0_3", conversations: shareGpt("Your task is to boil water.", "OK", " "), reward: 0.5 },
  ],
  [
    "agentgym",
    world("alfworld"),
    { item_id: "alfworld_3", conversations: shareGpt(room, "OK.", "\n"), reward: 1, success: 1 },
  ],
  [
    "agentgym",
    world("scienceworld"),
    {
      item_id: "sciworld_3",
      conversations: shareGpt("Your task is to boil water.\nThis room is called the hallway.", "OK", "\n"),
      reward: 8,
    },
  ],
];

const { id, conversations } = etoEpisode(2);
const goal = "i want a mug, and price lower than 10.00 dollars";
/** The same of the formats that are WebShop's own. */
export const SHOP_ROWS: readonly (readonly [format: string, row: Json])[] = [
  ["eto-webshop", { id, conversations, reward: 1 }],
  ["agentgym-webshop", { item_id: "webshop_2", conversations, reward: 1, success: 1 }],
  [
    "webshop-human",
    {
      states: [`WebShop\nInstruction: \n${goal}\n[button] Search [button_]`, "a page"],
      actions: ["search[mug]", "click[buy now]"],
    },
  ],
  [
    "react-webshop",
    {
      idx: 3,
      instruction: goal,
      steps: [
        { action: "reset", observation: `\nWebshop \nInstruction:  \n${goal} \n[Search] ` },
        { action: "think[hm]", observation: "OK." },
        { action: "click[Buy Now]", observation: "Your score (min 0.0, max 1.0): 1.0\n\n1 1.0 1.0 0.0\n-----" },
      ],
      score: 1,
    },
  ],
];
