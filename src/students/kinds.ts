/**
 * The kinds of student a config can name, each with how it is trained and how it writes (a file each in student-config/).
 *
 *   embedded    a small transformer trained from scratch inside this process (default)
 *   served      a checkpoint folder of any size: trained by TRL, and served by any OpenAI-compatible server that the
 *               config says how to start
 *   pretrained  a Llama checkpoint folder that this machine can hold in memory: trained with adapters and sampled inside
 *               this process
 *   tinker      a model that a server of the Tinker protocol (hosted, or SkyRL's) has: trained and sampled there
 */
import { embeddedParts } from "./embedded/config.ts";
import { pretrainedParts } from "./pretrained/config.ts";
import { servedParts } from "./served/config.ts";
import { tinkerParts } from "./tinker/config.ts";

/** What each kind adds to a config. */
export const STUDENT_PARTS = {
  embedded: embeddedParts,
  pretrained: pretrainedParts,
  served: servedParts,
  tinker: tinkerParts,
} as const;

export type StudentKind = keyof typeof STUDENT_PARTS;

/** What a config says that its student is, before defaults are filled in: a kind, or something that is none. */
export function saidKind(config: unknown): unknown {
  const { student } = (config ?? {}) as { student?: { kind?: unknown } | null };
  return student?.kind ?? "embedded";
}

export const isStudentKind = (kind: unknown): kind is StudentKind =>
  typeof kind === "string" && Object.hasOwn(STUDENT_PARTS, kind);
