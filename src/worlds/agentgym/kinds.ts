/**
 * How AgentGym's servers speak, each in its own way, and which data indices they have. Source: WooooDyy/AgentGym at 3ef9235,
 * agentenv-<world>/agentenv_<world>/server.py, model.py and environment.py, and its clients in agentenv/agentenv/envs.
 */
import { EnvironmentError } from "../../core/errors.ts";
import { quoted } from "../../core/wording.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** What a reset or a step shows. */
export interface Shown {
  readonly observation: string;
  /** Of this step alone; 0 at a reset. */
  readonly reward: number;
  readonly done: boolean;
  /** null: the server does not list actions. Absent: it is asked for them (`Kind.actions`). */
  readonly actions?: readonly string[] | null;
  /** The running score, where the server tells one. */
  readonly score?: number;
}

/** From the first index to before the second. */
export type Range = readonly [from: number, to: number];

export interface Kind {
  /** Before each route. */
  readonly prefix: string;
  /** What the number of an environment is called. */
  readonly id: "id" | "env_idx";
  /** What a reset says of the task. */
  reset(index: number): Fields;
  /** The answer to a reset. Throws EnvironmentError for what is none. */
  started(answer: unknown): Shown;
  /** The answer to a step; `score`: the running score before it. Throws likewise. */
  stepped(answer: unknown, score: number): Shown;
  /** The answer to `GET /available_actions`, where there is one. */
  actions?(answer: unknown): readonly string[] | null;
  /** Whether the server has `POST /close`. AgentGym's own WebShop and ALFWorld have none, and keep what was created. */
  readonly hasClose: boolean;
  /** The indices that are tasks; null: the server's data decides, and the user must say. */
  readonly tasks: Readonly<Record<string, Range>> | null;
  /** The return at or above which an episode is won. */
  readonly successReturn: number;
  /** Steps after which an episode is cut off. */
  readonly maxSteps: number;
  /** Episodes at once. */
  readonly sessions: number;
  readonly instructions: string;
  /** What every report must say. */
  readonly notes?: readonly string[];
}

const ONE_ACTION = "Every turn, answer with one action.";

/** AgentGym's text of the observation, its reward, and whether the episode is over. */
function plain(answer: unknown, text = "observation"): Shown {
  const fields = fieldsOf(answer);
  return { observation: textIn(fields, text), reward: numberIn(fields, "reward"), done: flagIn(fields, "done") };
}

/** Rewards that add up to the score, whatever the server calls a reward: ScienceWorld's has a step of its own in a reset. */
function scored(answer: unknown, before: number): Shown {
  const score = numberIn(fieldsOf(answer), "score");
  return { ...plain(answer), reward: score - before, score };
}

/** A reset pays nothing, and leaves an episode to play. */
const start = (observation: string, more: Partial<Shown> = {}): Shown => ({
  ...{ observation, reward: 0, done: false },
  ...more,
});

const WEBSHOP: Kind = {
  ...{ prefix: "", id: "env_idx", hasClose: false, tasks: null, successReturn: 1, maxSteps: 15, sessions: 1 },
  reset: (index) => ({ session_id: index }),
  started(answer) {
    const text = Array.isArray(answer) ? answer[0] : undefined;
    if (typeof text === "string") return start(text);
    throw new EnvironmentError(`expected a list with an observation, got ${quoted(answer)}`);
  },
  stepped: (answer) => plain(answer, "state"),
  actions(answer) {
    const { has_search_bar: hasSearch, clickables } = fieldsOf(answer);
    // What may be searched for cannot be listed.
    if (hasSearch === true || !Array.isArray(clickables)) return null;
    return [...new Set(clickables.map((label) => `click[${label}]`))];
  },
  instructions: `You shop for a customer. ${ONE_ACTION} search[WORDS] or click[LABEL]`,
  notes: [
    "AgentGym's own WebShop draws prices and price limits anew for each environment that it creates: the same index is another task there.",
  ],
};

const ALFWORLD: Kind = {
  ...{ prefix: "", id: "id", hasClose: false, successReturn: 1, maxSteps: 50, sessions: 8 },
  // configs/mappings_train.json and mappings_test.json; the second is of ALFWorld's split valid_train.
  tasks: { train: [0, 2420], valid_train: [2420, 2620] },
  reset: (index) => ({ game: index, world_type: "Text" }),
  started: (answer) => start(textIn(fieldsOf(answer), "observation"), { actions: listIn(answer, "available_actions") }),
  stepped: (answer) => ({ ...plain(answer), actions: listIn(answer, "available_actions") }),
  instructions: `You are in a household and have a task to do there. ${ONE_ACTION}`,
};

const SCIENCEWORLD: Kind = {
  ...{ prefix: "", id: "id", hasClose: true, tasks: null, successReturn: 100, maxSteps: 100, sessions: 4 },
  reset: (index) => ({ data_idx: index }),
  started(answer) {
    const fields = fieldsOf(answer);
    return start(`${textIn(fields, "task_description")}\n${textIn(fields, "observation")}`, { actions: null });
  },
  stepped: (answer, before) => ({ ...scored(answer, before), actions: null }),
  instructions: `You are in a house with several rooms and have a science task to do there. ${ONE_ACTION}`,
};

const BABYAI: Kind = {
  ...{ prefix: "", id: "id", hasClose: true, maxSteps: 20, sessions: 8 },
  // Level index % 40 + 1 with the seed index // 40: any index is one. AgentGym's data has 810 of them to train, 90 to evaluate.
  tasks: { train: [0, 810], test: [810, 900] },
  // It ends at a reward above 0.5 alone: later wins are paid less, and go on.
  successReturn: 0.5,
  reset: (index) => ({ data_idx: index }),
  started: (answer) => babyai(start(textIn(fieldsOf(answer), "observation"))),
  stepped: (answer, before) => babyai(scored(answer, before)),
  instructions: `You are in a room and have a goal to reach there. ${ONE_ACTION}`,
};

/** Its observations end in the actions that there are. */
function babyai(shown: Shown): Shown {
  const [, written] = /\nAvailable actions: (\[.*\])$/.exec(shown.observation) ?? [];
  if (written === undefined) return { ...shown, actions: null };
  return { ...shown, actions: [...new Set(JSON.parse(written) as readonly string[])] };
}

const TEXTCRAFT: Kind = {
  ...{ prefix: "", id: "id", hasClose: true, successReturn: 1, maxSteps: 20, sessions: 8 },
  // Any index is one, taken modulo the number of things to craft. AgentGym's data has 374 of them to train, 100 to evaluate.
  tasks: { train: [0, 374], test: [374, 474] },
  reset: (index) => ({ data_idx: index }),
  started: (answer) => start(textIn(fieldsOf(answer), "observation"), { actions: null }),
  stepped: (answer) => ({ ...plain(answer), actions: null }),
  instructions: [
    `You craft a thing in Minecraft. ${ONE_ACTION}`,
    "get N THING",
    "craft N THING using N THING, N THING",
    "inventory",
  ].join("\n"),
  notes: [
    "AgentGym's TextCraft orders sets: the texts of a task differ between servers unless PYTHONHASHSEED is fixed.",
  ],
};

const WORDLE: Kind = {
  ...{ prefix: "/wordle", id: "id", hasClose: false, successReturn: 1, maxSteps: 6, sessions: 8 },
  // A seed: any index is one.
  tasks: { train: [0, 955], test: [955, 980] },
  reset: (index) => ({ seed: index }),
  started: (answer) => start(textIn(fieldsOf(answer), "observation"), { actions: null }),
  stepped: (answer) => ({ ...plain(answer), actions: null }),
  instructions:
    "Guess the hidden word of five letters. Every turn, answer with a word, its letters parted by spaces: s h i r e. You are told b, y or g for each letter: not in the word, in another place, in this place.",
};

export const KINDS = {
  webshop: WEBSHOP,
  alfworld: ALFWORLD,
  sciworld: SCIENCEWORLD,
  babyai: BABYAI,
  textcraft: TEXTCRAFT,
  wordle: WORDLE,
} as const satisfies Readonly<Record<string, Kind>>;

/** Servers of AgentGym that are not played, and why. */
export const REFUSED: Readonly<Record<string, string>> = {
  maze: "its rewards are costs of steps, so that a return does not say whether the goal was reached",
  webarena: "it needs websites, and is not the same twice",
  searchqa: "it needs a search index, and its server speaks another way",
  sqlgym: "its server hands out an environment that another client plays from the ninth on",
  ...Object.fromEntries(
    ["weather", "movie", "academia", "sheet", "todo"].map((name) => [name, "it asks services of others, which change"]),
  ),
};

/** An answer of the server. Errors come as answers of success, with a member `error`. Throws EnvironmentError. */
export function fieldsOf(answer: unknown): Fields {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) {
    throw new EnvironmentError(`expected an object, got ${quoted(answer)}`);
  }
  const { error } = answer as Fields;
  if (error !== undefined && error !== null)
    throw new EnvironmentError(typeof error === "string" ? error : quoted(error));
  return answer as Fields;
}

function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw new EnvironmentError(`${name}: expected a text, got ${quoted(value)}`);
}

function numberIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new EnvironmentError(`${name}: expected a finite number, got ${quoted(value)}`);
}

function flagIn(fields: Fields, name: string): boolean {
  const value = fields[name];
  if (typeof value === "boolean") return value;
  throw new EnvironmentError(`${name}: expected true or false, got ${quoted(value)}`);
}

function listIn(answer: unknown, name: string): readonly string[] {
  const value = fieldsOf(answer)[name];
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return [...new Set(value)];
  throw new EnvironmentError(`${name}: expected a list of texts, got ${quoted(value)}`);
}
