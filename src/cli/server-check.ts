/** `gleaner doctor --server`: which features a model server supports, as a table. */
import { probeServer } from "../endpoints/probe.ts";
import { checkPrompts } from "../endpoints/prompt-check.ts";
import { openTokenizerWith } from "../tokenizers/chat-tokenizer.ts";
import { EXIT } from "./failure.ts";
import { table } from "./table.ts";
import { type TemplateFlags, templateVariables } from "./template-flags.ts";
import { print, printJson, tell } from "./terminal.ts";

export interface ServerFlags extends TemplateFlags {
  readonly server: string;
  readonly model?: string;
  readonly apiKeyEnv?: string;
  /** A checkpoint folder. */
  readonly tokenizer?: string;
  readonly json?: boolean;
}

/** Prints what was found; the exit code is 1 if rollouts cannot be made. Throws CliError. */
export async function examineServer(flags: ServerFlags): Promise<void> {
  const { server, model, apiKeyEnv, tokenizer, json } = flags;
  const template = templateVariables(flags, tokenizer);
  const options = {
    say: tell,
    ...(apiKeyEnv !== undefined && { apiKeyEnv }),
    ...(template && { template }),
  };
  const found = await probeServer({ ...options, url: server, ...(model !== undefined && { model }) });
  const prompts =
    tokenizer === undefined || found.model === null
      ? undefined
      : await checkPrompts({
          server: { ...options, urls: [server], model: found.model },
          openTokenizer: () => openTokenizerWith(tokenizer, template),
          hasTools: false,
        });
  const probe = { ...found, checks: [...found.checks, ...(prompts ? [prompts.check] : [])] };
  const isUsable = ["reachable", "answers", "usage"].every((needed) =>
    probe.checks.some(({ what, state }) => what === needed && state === "ok"),
  );
  // Whoever asks about prompts wants them to be the same.
  if (!isUsable || prompts?.difference !== undefined) process.exitCode = EXIT.broke;
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
