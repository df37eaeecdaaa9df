/** Every target of `gleaner export --to`. */
import { CliError } from "../core/errors.ts";
import { agentgym } from "./agentgym.ts";
import { axolotl } from "./axolotl.ts";
import { eto } from "./eto.ts";
import type { Exporter } from "./exporter.ts";
import { llamafactory } from "./llamafactory.ts";
import { llamafactoryV1 } from "./llamafactory-v1.ts";
import { openai } from "./openai.ts";
import { skyrl } from "./skyrl.ts";
import { slime } from "./slime.ts";
import { swift } from "./swift.ts";
import { tinker } from "./tinker.ts";
import { together } from "./together.ts";
import { trl } from "./trl.ts";
import { trlTokenized } from "./trl-tokenized.ts";
import { verl } from "./verl.ts";

export const EXPORTERS: readonly Exporter[] = [
  trl,
  trlTokenized,
  openai,
  together,
  axolotl,
  llamafactory,
  llamafactoryV1,
  swift,
  slime,
  skyrl,
  tinker,
  verl,
  agentgym,
  eto,
];

/** Throws CliError for a target that there is not. */
export function exporterNamed(name: string): Exporter {
  const exporter = EXPORTERS.find((one) => one.name === name);
  if (exporter) return exporter;
  throw new CliError(`--to ${name}: expected one of ${EXPORTERS.map((one) => one.name).join(", ")}`);
}
