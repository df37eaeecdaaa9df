import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";
import { formatFor } from "../../src/formats/named.ts";
import { noisy } from "../../src/policies/noisy.ts";
import { prompted } from "../../src/policies/prompted.ts";
import { randomPolicy } from "../../src/policies/random.ts";
import { embeddedModel } from "../../src/students/embedded/model.ts";
import { initialCheckpoint } from "../../src/students/embedded/trainer.ts";
import { pretrainedModel } from "../../src/students/pretrained/model.ts";
import { folderOf } from "../../src/students/shared/checkpoint-folder.ts";
import { workshop, workshopExpert } from "../../src/worlds/workshop/index.ts";
import { pretrainedCheckpoint } from "../pretrained-checkpoint.ts";
import { temporaryFolder } from "../temporary.ts";
import { policyContract } from "./policy.ts";

const benchmark = workshop();
/** Students that know nothing play every episode to its end. */
const short = workshop({ maxSteps: 8 });

policyContract("workshop's expert", async () => ({ benchmark, policy: workshopExpert(), isRestricted: true }));
policyContract("an expert with wrong beliefs", async () => {
  return { benchmark, policy: workshopExpert({ beliefs: 0.3 }), isRestricted: true };
});
policyContract("a noisy expert", async () => {
  return { benchmark, policy: noisy(workshopExpert(), { errorRate: 0.4 }), isRestricted: true };
});
policyContract("the random policy", async () => ({ benchmark, policy: randomPolicy(), isRestricted: true }));

for (const restrict of [true, false]) {
  policyContract(`the embedded student, ${restrict ? "restricted to listed actions" : "free text"}`, async () => {
    const project = temporaryFolder();
    const format = formatFor("compact", short);
    const tasks = await short.tasks("train");
    const material = tasks.map((task) => ({ role: "user", content: format.user(task, "", true) }) as const);
    const architecture = { width: 16, layers: 1, heads: 2, context: 1200, vocabulary: 400 };
    const checkpoint = await initialCheckpoint({ project, architecture, material, seed: 1 });
    const model = await embeddedModel(folderOf(project, checkpoint), checkpoint.id, 8);
    return {
      benchmark: short,
      policy: prompted({ model, format, temperature: 1, maxTokens: 6, restrict }),
      isRestricted: restrict,
    };
  });
}

for (const restrict of [true, false]) {
  policyContract(`a pretrained student, ${restrict ? "restricted to listed actions" : "free text"}`, async () => {
    const folder = join(temporaryFolder(), "base");
    pretrainedCheckpoint({ after }, folder);
    const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
    writeFileSync(join(folder, "config.json"), JSON.stringify({ ...config, max_position_embeddings: 8192 }));
    // Fewer slots than conversations: some are read again.
    const model = await pretrainedModel({ folder, name: "base", slots: 3, threads: 1 });
    const format = formatFor("text", short);
    return {
      benchmark: short,
      policy: prompted({ model, format, temperature: 1, maxTokens: 3, restrict }),
      isRestricted: restrict,
    };
  });
}
