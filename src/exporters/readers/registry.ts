/** Who reads which target's files back. */
import { readAgentgym } from "./agentgym.ts";
import { readAxolotl } from "./axolotl.ts";
import { readEto } from "./eto.ts";
import { readLlamafactory } from "./llamafactory.ts";
import { readLlamafactoryV1 } from "./llamafactory-v1.ts";
import { readOpenai } from "./openai.ts";
import type { Reader } from "./reader.ts";
import { readSlime } from "./slime.ts";
import { readSwift } from "./swift.ts";
import { readTinker } from "./tinker.ts";
import { readTogether } from "./together.ts";
import { readSkyrlTokens, readTogetherTokens, readTrlTokens, type TokenReader } from "./tokens.ts";
import { readTrl } from "./trl.ts";
import { readVerl } from "./verl.ts";

/** By target: of the files that hold texts. */
export const READERS: Readonly<Record<string, Reader>> = {
  trl: readTrl,
  openai: readOpenai,
  together: readTogether,
  axolotl: readAxolotl,
  llamafactory: readLlamafactory,
  "llamafactory-v1": readLlamafactoryV1,
  swift: readSwift,
  slime: readSlime,
  tinker: readTinker,
  verl: readVerl,
  agentgym: readAgentgym,
  eto: readEto,
};

/** By target: of the files that hold token ids. */
export const TOKEN_READERS: Readonly<Record<string, TokenReader>> = {
  "trl-tokenized": readTrlTokens,
  together: readTogetherTokens,
  skyrl: readSkyrlTokens,
};
