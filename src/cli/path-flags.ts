/** The flags that say where logs have their records, and records their parts. */
import { type Command, Option } from "commander";
import { CliError, messageOf } from "../core/errors.ts";
import { quoted } from "../core/wording.ts";
import { type JsonPath, parsePath } from "../files/json-path.ts";
import { readRecords } from "../files/records.ts";
import type { LogReader } from "../importers/reader.ts";
import type { Paths } from "../importers/row.ts";

export interface PathFlags extends Paths {
  readonly records?: string;
  /** The former name of `task`. */
  readonly taskField?: string;
}

export function pathOptions(command: Command): Command {
  return command
    .option("--records <path>", "the list that holds the records, e.g. simulations (default: recognised)")
    .option("--messages <path>", "chats: where a record has its messages, e.g. traj (default: the usual names)")
    .option("--reward <path>", "chats and texts: where a record has its reward, e.g. info.reward_info.reward")
    .option("--success <path>", "chats and texts: where a record says whether it was won, e.g. info.resolved")
    .option("--task <path>", "chats and texts: where a record names its task, e.g. metadata.game")
    .addOption(new Option("--task-field <path>", "the former name of --task").hideHelp().conflicts("task"));
}

/** The paths that were given. Throws CliError for what is no path. */
export function pathsOf({ messages, reward, success, task, taskField }: PathFlags): Paths {
  const named = { messages, reward, success, task: task ?? taskField };
  const given = Object.entries(named).filter((each): each is [keyof Paths, string] => each[1] !== undefined);
  for (const [part, path] of given) checkedPath(`--${part}`, path);
  return Object.fromEntries(given);
}

function checkedPath(flag: string, path: string): JsonPath {
  try {
    return parsePath(path);
  } catch (error) {
    throw new CliError(`${flag} ${messageOf(error)}`);
  }
}

/** The reader, told in which list of a file its records are. Throws CliError for what is no path from a file's beginning. */
export function withRecords(reader: LogReader, path: string | undefined): LogReader {
  if (path === undefined) return reader;
  const parts = checkedPath("--records", path);
  if (parts.some((part) => typeof part === "number" && part < 0))
    throw new CliError(`--records ${quoted(path)}: expected places from 0, a file is read from its beginning`);
  const { survey: _, ...others } = reader;
  return {
    ...others,
    records: (file) => readRecords(file, { kind: "list", path: parts }),
    options: { ...reader.options, records: path },
  };
}
