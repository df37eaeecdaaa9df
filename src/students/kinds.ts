/**
 * The kinds of student a config can name: a folder each, and one line in `STUDENTS`.
 *
 *   embedded    a small transformer trained from scratch inside this process (default)
 *   pretrained  a checkpoint folder that this machine can hold in memory: trained with adapters and sampled inside
 *               this process
 *   served      a checkpoint folder of any size: trained by TRL, and served by any OpenAI-compatible server that the
 *               config says how to start
 *   tinker      a model on a server that speaks the Tinker protocol (hosted, or SkyRL's): trained and sampled there
 */
import type { z } from "zod";
import { embedded } from "./embedded/kind.ts";
import { pretrained } from "./pretrained/kind.ts";
import { served } from "./served/kind.ts";
import type { StudentKind } from "./student.ts";
import { tinker } from "./tinker/kind.ts";

export const STUDENTS = { embedded, pretrained, served, tinker } as const;

/** `embedded`, `pretrained`, `served` or `tinker`: `student.kind` of a config. */
export type StudentName = keyof typeof STUDENTS;
/** What each kind adds to a config. */
export type StudentParts = { readonly [Name in StudentName]: (typeof STUDENTS)[Name]["parts"] };
/** The part of a config that is about its student, of any kind. */
export type AnyStudentConfig = {
  [Name in StudentName]: Parameters<(typeof STUDENTS)[Name]["open"]>[1];
}[StudentName];

/** What a config says that its student is, before defaults are filled in: a kind, or something that is none. */
export function saidKind(config: unknown): unknown {
  const { student } = (config ?? {}) as { student?: { kind?: unknown } | null };
  return student?.kind ?? "embedded";
}

export const isStudentName = (name: unknown): name is StudentName =>
  typeof name === "string" && Object.hasOwn(STUDENTS, name);

/** The kind that `config` is of. */
export const kindOf = (config: AnyStudentConfig): StudentKind<z.ZodRawShape, AnyStudentConfig> =>
  STUDENTS[saidKind(config) as StudentName];
