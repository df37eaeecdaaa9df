/** Logs of the corridor world in KnowAgent's format, as its logger would have written them; and places to put them. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "../src/core/repository.ts";
import type { Run } from "../src/core/run.ts";
import { replayer } from "../src/engine/rollout/replay.ts";
import { importLogs } from "../src/importers/import.ts";
import type { LogReader } from "../src/importers/reader.ts";
import { knowagent } from "../src/importers/readers/knowagent.ts";
import type { ImportSummary } from "../src/importers/summary.ts";
import { corridor, walk } from "./corridor.ts";
import { temporaryFolder } from "./temporary.ts";

/** KnowAgent's format, told of the corridor. */
export const corridorReader: LogReader = { ...knowagent, benchmark: corridor.name };

export interface LogRow {
  name: string;
  result: boolean | 0;
  traj: string;
}

/** The log of an episode: each action with a thought before it, arrivals left out of the answers. */
export async function logOf(length: number, actions: readonly string[], claim?: boolean | 0): Promise<LogRow> {
  const { steps, finalObservation, success } = await walk(length, actions);
  const turns = steps.flatMap(({ action }, index) => {
    const answer = steps[index + 1]?.observation ?? finalObservation;
    return [`> Think: what about ${action}?`, `> ${action}`, corridorReader.normalize(answer)];
  });
  const head = [steps[0]!.observation, "Your task is to: open the door."];
  return { name: `halls/${length}`, result: claim ?? success, traj: [...head, ...turns, ""].join("\n") };
}

export const jsonLines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");

/** A folder that is removed when the tests of the file are done. Returns a function that writes a file into it. */
export function scratchFolder(): {
  readonly folder: string;
  write(name: string, content: string | Uint8Array): string;
} {
  const folder = temporaryFolder();
  return {
    folder,
    write(name, content) {
      const file = join(folder, name);
      writeFileSync(file, content);
      return file;
    },
  };
}

/** Imports corridor logs into `repository` as run "logs". */
export async function importCorridor(
  repository: Repository,
  files: readonly string[],
  over: { readonly run?: Run["name"]; readonly expert?: string } = {},
): Promise<ImportSummary> {
  const { replay, close } = replayer(corridor, { normalize: corridorReader.normalize, rewards: false });
  const environment = { name: corridor.name };
  const options = { run: "logs", reader: corridorReader, files, benchmark: corridor, environment, repository, replay };
  const summary = await importLogs({ ...options, ...over });
  await close();
  return summary;
}
