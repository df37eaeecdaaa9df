/** The served student of an experiment: checkpoints trained by TRL, each acting behind a server that the config starts. */
import { CliError, StopError } from "../../core/errors.ts";
import type { Trainer } from "../../core/training.ts";
import { serverModel } from "../../endpoints/model.ts";
import type { ServerOptions } from "../../endpoints/options.ts";
import { probeServer } from "../../endpoints/probe.ts";
import { checkPrompts, type PromptCheck } from "../../endpoints/prompt-check.ts";
import { interpreterOf, trainingEnvironment } from "../../installs/python-environment.ts";
import { prompted } from "../../policies/prompted.ts";
import { openTokenizerWith } from "../../tokenizers/chat-tokenizer.ts";
import { baseCheckpoint } from "../shared/base-checkpoint.ts";
import { folderOf } from "../shared/checkpoint-folder.ts";
import { setAsideIfDamaged } from "../shared/checkpoint-work.ts";
import { rolloutJournals } from "../shared/rollout-journals.ts";
import { expectVariables } from "../shared/template.ts";
import type { Student } from "../student.ts";
import { checkpointServers } from "./checkpoint-servers.ts";
import type { ServedConfig } from "./config.ts";
import { serveCommand } from "./serve-command.ts";
import { trlTrainer } from "./trainer.ts";

/** Throws CliError if there is no Python to train with. */
export function servedStudent(project: string, config: ServedConfig, say?: (line: string) => void): Student {
  const { run, student, training, maxTokens, concurrency } = config;
  const journals = rolloutJournals(project, run);
  const { accelerateConfig, ...settings } = training;
  const { checkpoint: base, model, context, startupSeconds, extra, template } = student;
  if (template && extra && "chat_template_kwargs" in extra)
    throw new CliError(
      "student.extra.chat_template_kwargs: expected student.template alone, which also goes to the server",
    );
  expectVariables(base, template);
  const command = serveCommand(project, config);
  const servers = checkpointServers({ command, startupMs: startupSeconds * 1000 });
  const options = {
    project,
    python: trainingPython(),
    settings: { ...settings, ...(template && { template }) },
    ...(accelerateConfig && { accelerateConfig }),
  };
  const trl = trlTrainer(options);
  const trainer: Trainer = {
    ...trl,
    async *train(request) {
      await servers.endIdle();
      yield* trl.train(request);
    },
  };
  const serverOf = (url: string, folder: string): ServerOptions => ({
    urls: [url],
    model: model.replaceAll("{checkpoint}", folder),
    concurrency,
    ...(say && { say }),
    ...(context !== undefined && { contextTokens: context }),
    ...(extra && { extra }),
    ...(template && { template }),
  });
  // One program serves all checkpoints, and one chat template is theirs.
  let compared: Promise<PromptCheck> | undefined;
  const compare = (server: ServerOptions, folder: string) => (compared ??= comparePrompts(server, folder, config));
  return {
    trainer,
    practiceTrainer: trainer,
    initial: async () => baseCheckpoint(project, base),
    check: async (checkpoint) => setAsideIfDamaged(project, checkpoint),
    async policy(checkpoint, format, temperature) {
      const folder = folderOf(project, checkpoint);
      const server = await servers.open(folder);
      const options = { ...serverOf(server.url, folder), name: checkpoint.id };
      const { tokenIds } = await compare(options, folder);
      const served = serverModel({ ...options, tokenIds });
      const policy = prompted({ model: journals.before(served), format, temperature, maxTokens, restrict: false });
      return {
        ...policy,
        async close() {
          await policy.close();
          server.release();
        },
      };
    },
    async notes() {
      const folder = folderOf(project, baseCheckpoint(project, base));
      const server = await servers.open(folder);
      try {
        const options = serverOf(server.url, folder);
        const { notes } = await probeServer({ ...options, url: server.url });
        const { check } = await compare(options, folder);
        return [...notes, ...(check.note === "" ? [] : [check.note])];
      } finally {
        server.release();
      }
    },
    close: servers.close,
  };
}

/** Throws StopError where the server shows its model other prompts than those that would be trained. */
async function comparePrompts(server: ServerOptions, folder: string, config: ServedConfig): Promise<PromptCheck> {
  const { format, student } = config;
  const openTokenizer = () => openTokenizerWith(folder, student.template);
  const check = await checkPrompts({ server, openTokenizer, hasTools: format === "tools" });
  if (check.difference === undefined) return check;
  const advice = "give it the checkpoint's own chat template, and the template's variables as student.template";
  const what = "the server shows its model another prompt than is trained here";
  throw new StopError("server", `${server.urls[0]}: ${what}: ${check.difference} (${advice})`);
}

function trainingPython(): string {
  const python = process.env.GLEANER_PYTHON ?? interpreterOf(trainingEnvironment());
  if (python) return python;
  throw new CliError(
    "student.kind served needs TRL for training, which is not installed: run `gleaner env install python`",
  );
}
