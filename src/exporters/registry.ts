/**
 * Every target of `gleaner export --to`: who writes its files, and who reads them back by the tool's own rule. The two share
 * no code, so that one checks the other. A new target is a file here, one in readers/, and a line below.
 */
import { CliError } from "../core/errors.ts";
import { expectedOneOf } from "../core/wording.ts";
import { agentgym } from "./agentgym.ts";
import { axolotl } from "./axolotl.ts";
import { eto } from "./eto.ts";
import type { Exporter } from "./exporter.ts";
import { llamafactory } from "./llamafactory.ts";
import { llamafactoryV1 } from "./llamafactory-v1.ts";
import { openai } from "./openai.ts";
import { readAgentgym } from "./readers/agentgym.ts";
import { readAxolotl } from "./readers/axolotl.ts";
import { readEto } from "./readers/eto.ts";
import { readLlamafactory } from "./readers/llamafactory.ts";
import { readLlamafactoryV1 } from "./readers/llamafactory-v1.ts";
import { readOpenai } from "./readers/openai.ts";
import type { Reader } from "./readers/reader.ts";
import { readSlime } from "./readers/slime.ts";
import { readSwift } from "./readers/swift.ts";
import { readTinker } from "./readers/tinker.ts";
import { readTogether } from "./readers/together.ts";
import { readSkyrlTokens, readTogetherTokens, readTrlTokens, type TokenReader } from "./readers/tokens.ts";
import { readTrl } from "./readers/trl.ts";
import { readVerl } from "./readers/verl.ts";
import { skyrl } from "./skyrl.ts";
import { slime } from "./slime.ts";
import { swift } from "./swift.ts";
import { tinker } from "./tinker.ts";
import { together } from "./together.ts";
import { trl } from "./trl.ts";
import { trlTokenized } from "./trl-tokenized.ts";
import { verl } from "./verl.ts";

interface Target {
  readonly exporter: Exporter;
  /** Reads files that hold texts. */
  readonly texts?: Reader;
  /** Reads files that hold token ids. */
  readonly tokens?: TokenReader;
}

const TARGETS: readonly Target[] = [
  { exporter: trl, texts: readTrl },
  { exporter: trlTokenized, tokens: readTrlTokens },
  { exporter: openai, texts: readOpenai },
  { exporter: together, texts: readTogether, tokens: readTogetherTokens },
  { exporter: axolotl, texts: readAxolotl },
  { exporter: llamafactory, texts: readLlamafactory },
  { exporter: llamafactoryV1, texts: readLlamafactoryV1 },
  { exporter: swift, texts: readSwift },
  { exporter: slime, texts: readSlime },
  { exporter: skyrl, tokens: readSkyrlTokens },
  { exporter: tinker, texts: readTinker },
  { exporter: verl, texts: readVerl },
  { exporter: agentgym, texts: readAgentgym },
  { exporter: eto, texts: readEto },
];

export const EXPORTERS: readonly Exporter[] = TARGETS.map(({ exporter }) => exporter);

/** Who reads a target's texts back; undefined if it has none. */
export const textReaderOf = (target: string): Reader | undefined => named(target)?.texts;

/** Who reads a target's token ids back; undefined if it has none. */
export const tokenReaderOf = (target: string): TokenReader | undefined => named(target)?.tokens;

/** Throws CliError for a target that there is not. */
export function exporterNamed(name: string): Exporter {
  const target = named(name);
  if (target) return target.exporter;
  throw new CliError(
    `--to: ${expectedOneOf(
      EXPORTERS.map((one) => one.name),
      name,
    )}`,
  );
}

const named = (name: string): Target | undefined => TARGETS.find(({ exporter }) => exporter.name === name);
