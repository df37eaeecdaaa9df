/** The served student of an experiment: checkpoints trained by TRL, each acting behind a server that the config starts. */
import { CliError } from "../../core/errors.ts";
import type { Trainer } from "../../core/training.ts";
import { serverModel } from "../../endpoints/model.ts";
import type { ServerOptions } from "../../endpoints/options.ts";
import { probeServer } from "../../endpoints/probe.ts";
import { returnsTokenIds } from "../../endpoints/token-ids.ts";
import { interpreterOf, trainingEnvironment } from "../../installs/python-environment.ts";
import { prompted } from "../../policies/prompted.ts";
import { baseCheckpoint } from "../shared/base-checkpoint.ts";
import { folderOf } from "../shared/checkpoint-folder.ts";
import { setAsideIfDamaged } from "../shared/checkpoint-work.ts";
import { rolloutJournals } from "../shared/rollout-journals.ts";
import type { Student } from "../student.ts";
import { checkpointServers } from "./checkpoint-servers.ts";
import type { ServedConfig } from "./config.ts";
import { trlTrainer } from "./trainer.ts";

/** Throws CliError if there is no Python to train with. */
export function servedStudent(project: string, config: ServedConfig, say?: (line: string) => void): Student {
  const { run, student, training, maxTokens, concurrency } = config;
  const journals = rolloutJournals(project, run);
  const { accelerateConfig, ...settings } = training;
  const { checkpoint: base, serve, model, context, startupSeconds, extra } = student;
  const servers = checkpointServers({ command: serve, startupMs: startupSeconds * 1000 });
  const options = { project, python: trainingPython(), settings, ...(accelerateConfig && { accelerateConfig }) };
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
  });
  let tokenIds: Promise<boolean> | undefined;
  return {
    trainer,
    practiceTrainer: trainer,
    initial: async () => baseCheckpoint(project, base),
    check: async (checkpoint) => setAsideIfDamaged(project, checkpoint),
    async policy(checkpoint, format, temperature) {
      const folder = folderOf(project, checkpoint);
      const server = await servers.open(folder);
      const options = { ...serverOf(server.url, folder), name: checkpoint.id };
      // One program serves all checkpoints.
      tokenIds ??= returnsTokenIds(options);
      const served = serverModel({ ...options, tokenIds: await tokenIds });
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
      const named = model.replaceAll("{checkpoint}", folder);
      const { notes } = await probeServer({
        url: server.url,
        model: named,
        ...(extra && { extra }),
        ...(say && { say }),
      });
      server.release();
      return notes;
    },
    close: servers.close,
  };
}

function trainingPython(): string {
  const python = process.env.GLEANER_PYTHON ?? interpreterOf(trainingEnvironment());
  if (python) return python;
  throw new CliError(
    "student.kind served needs TRL for training, which is not installed: run `gleaner env install python`",
  );
}
