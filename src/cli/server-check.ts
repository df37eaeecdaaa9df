/** `gleaner doctor --server`: which features a model server supports, as a table. */
import { probeServer } from "../endpoints/probe.ts";
import { EXIT } from "./failure.ts";
import { table } from "./table.ts";
import { print, printJson, tell } from "./terminal.ts";

export interface ServerFlags {
  readonly server: string;
  readonly model?: string;
  readonly apiKeyEnv?: string;
  readonly json?: boolean;
}

/** Prints what was found; the exit code is 1 if rollouts cannot be made. Throws CliError. */
export async function examineServer({ server, model, apiKeyEnv, json }: ServerFlags): Promise<void> {
  const probe = await probeServer({
    url: server,
    say: tell,
    ...(model !== undefined && { model }),
    ...(apiKeyEnv !== undefined && { apiKeyEnv }),
  });
  const isUsable = ["reachable", "answers", "usage"].every((needed) =>
    probe.checks.some(({ what, state }) => what === needed && state === "ok"),
  );
  if (!isUsable) process.exitCode = EXIT.broke;
  if (json) {
    printJson(probe);
    return;
  }
  const rows = probe.checks.map(({ what, state, found, note }) => [state === "ok" ? "✓" : "–", what, found, note]);
  print(table(["", "what", "found", "what a run cannot promise"], rows, [5, 21, 36, 46]));
  const { requests, promptTokens, completionTokens } = probe.spent;
  if (requests > 0) {
    print(`This check sent ${requests} requests: ${promptTokens} prompt and ${completionTokens} completion tokens.`);
  }
}
