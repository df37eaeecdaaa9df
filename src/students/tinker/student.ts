/** The student of an experiment that lives on a Tinker server: trained there and sampled there, tokenised here. */
import { CliError } from "../../core/errors.ts";
import type { Checkpoint } from "../../core/training.ts";
import { SAMPLING_QUESTION, samplingChecks } from "../../endpoints/sampling-checks.ts";
import { prompted } from "../../policies/prompted.ts";
import { openChatTokenizer } from "../../tokenizers/chat-tokenizer.ts";
import { tokenizerContent } from "../../tokenizers/content.ts";
import { rolloutJournals } from "../shared/rollout-journals.ts";
import { expectVariables } from "../shared/template.ts";
import type { Student } from "../student.ts";
import type { TinkerConfig } from "./config.ts";
import { tinkerModel } from "./model.ts";
import { tinkerBase, tinkerTrainer } from "./trainer.ts";

/** `project`: its folder. Throws CliError for a tokenizer that cannot be used and a key that is not there; nothing is sent yet. */
export function tinkerStudent(project: string, config: TinkerConfig, say?: (line: string) => void): Student {
  const { run, student, training, maxTokens, concurrency } = config;
  const journals = rolloutJournals(project, run);
  const { url, model: baseModel, tokenizer, apiKeyEnv, recognisesRepeats, context, template } = student;
  const server = { url, recognisesRepeats, ...(apiKeyEnv !== undefined && { apiKeyEnv }), ...(say && { say }) };
  // Before an expert is played for nothing.
  expectTokenizer(tokenizer);
  expectVariables(tokenizer, template);
  const trainer = tinkerTrainer({
    ...server,
    baseModel,
    tokenizer,
    settings: { ...training, ...(template && { template }) },
  });
  const base = tinkerBase(baseModel, tokenizerContent(tokenizer));
  const modelOf = (checkpoint: Checkpoint) =>
    tinkerModel({
      ...server,
      model: hostedAt(checkpoint),
      name: checkpoint.id,
      tokenizer,
      concurrency,
      tokenIds: true,
      ...(template && { template }),
      ...(context !== undefined && { contextTokens: context }),
    });
  return {
    trainer,
    practiceTrainer: trainer,
    initial: async () => base,
    async policy(checkpoint, format, temperature) {
      const model = journals.before(await modelOf(checkpoint));
      return prompted({ model, format, temperature, maxTokens, restrict: false });
    },
    async notes() {
      const model = await modelOf(base);
      try {
        const { prompt, maxTokens } = SAMPLING_QUESTION;
        const messages = [{ role: "user", content: prompt }] as const;
        const checks = await samplingChecks(
          async (sampling) => (await model.complete({ messages, maxTokens, ...sampling })).text,
        );
        return checks.flatMap(({ note }) => note || []);
      } finally {
        await model.close();
      }
    },
    close: async () => {},
  };
}

/** Throws CliError naming the config's key. */
function expectTokenizer(folder: string): void {
  try {
    openChatTokenizer(folder);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    throw new CliError(`student.tokenizer: ${error.message}`, { cause: error });
  }
}

function hostedAt({ id, at }: Checkpoint): string {
  if (at.kind === "hosted") return at.model;
  throw new Error(`expected checkpoint ${id} on a server, got the folder ${at.path}`);
}
