/** The log formats by the name that `--format` takes. A new one is a file beside this one and a line here. */
import type { LogReader } from "../reader.ts";
import type { Paths } from "../row.ts";
import { worldOf } from "../worlds/worlds.ts";
import { agentgymReader, agentgymWebshop } from "./agentgym.ts";
import { atif } from "./atif.ts";
import { claudeCode } from "./claude-code.ts";
import { etoReader, etoWebshop } from "./eto.ts";
import { gleaner } from "./gleaner.ts";
import { inspect } from "./inspect.ts";
import { knowagent } from "./knowagent.ts";
import { type ChatReaderOptions, messages } from "./messages.ts";
import { miniSweAgent } from "./mini-swe-agent.ts";
import { openhands } from "./openhands.ts";
import { reactText } from "./react-text.ts";
import { reactWebshop } from "./react-webshop.ts";
import { sweAgent } from "./swe-agent.ts";
import { swiftsage } from "./swiftsage.ts";
import { tauBench } from "./tau-bench.ts";
import { tau2Bench } from "./tau2-bench.ts";
import { toolbench } from "./toolbench.ts";
import { verifiers } from "./verifiers.ts";
import { webshopHuman } from "./webshop-human.ts";

/** What a format is told: which benchmark its logs are of, and how to read chats where it reads chats. */
export type ReaderOptions = ChatReaderOptions;

/** `eto` and `agentgym` are read as the benchmark has it; those with a world's name are of that world alone. */
export const READERS: Readonly<Record<string, (options: ReaderOptions) => LogReader>> = {
  knowagent: () => knowagent,
  "react-webshop": () => reactWebshop,
  "webshop-human": () => webshopHuman,
  swiftsage: () => swiftsage,
  eto: ({ benchmark }) => etoReader(worldOf(benchmark)),
  "eto-webshop": () => etoWebshop,
  agentgym: ({ benchmark }) => agentgymReader(worldOf(benchmark)),
  "agentgym-webshop": () => agentgymWebshop,
  "react-text": reactText,
  messages,
  inspect,
  verifiers,
  atif,
  "tau-bench": tauBench,
  "tau2-bench": tau2Bench,
  "swe-agent": sweAgent,
  "mini-swe-agent": miniSweAgent,
  "claude-code": claudeCode,
  openhands,
  toolbench,
  gleaner,
};

/** A reader for each format that logs of `benchmark` can have, told where rows have their parts. */
export function readersFor(options: ReaderOptions): Readonly<Record<string, LogReader>> {
  const { benchmark, paths = {}, stepFields } = options;
  const given = (["messages", "reward", "success", "task"] as const).filter((part) => paths[part] !== undefined);
  const made = Object.entries(READERS)
    .filter(([name]) => stepFields === undefined || name === "gleaner")
    .filter(([name]) => given.every((part) => PATH_FORMATS[part].includes(name)))
    .map(([name, reader]) => [name, reader(options)] as const);
  const isOfBenchmark = ([name, reader]: (typeof made)[number]) =>
    reader.benchmark === benchmark.name && (!reader.keepsChats || CHAT_FORMATS.includes(name));
  return Object.fromEntries(made.filter(isOfBenchmark));
}

/** The formats of chats: they take a spelling and the names of tools, and are kept without a world. */
export const CHAT_FORMATS: readonly string[] = [
  "messages",
  "inspect",
  "verifiers",
  "atif",
  "tau-bench",
  "tau2-bench",
  "swe-agent",
  "mini-swe-agent",
  "claude-code",
  "openhands",
  "toolbench",
];
/** The formats that take each of the paths. */
export const PATH_FORMATS: Readonly<Record<keyof Paths, readonly string[]>> = {
  messages: ["messages"],
  reward: [...CHAT_FORMATS, "react-text"],
  success: [...CHAT_FORMATS, "react-text"],
  task: [...CHAT_FORMATS, "react-text"],
};
