/** The methods that a config can name, one line each. Behaviour cloning is none of them: every experiment begins with it. */
import { z } from "zod";
import { agentEvolMethod } from "./agent-evol.ts";
import { sftAllMethod } from "./bc.ts";
import { bestOfMethod } from "./best-of.ts";
import { eefMethod } from "./eef.ts";
import { etoMethod } from "./eto.ts";
import type { Method } from "./method.ts";
import { natMethod } from "./nat.ts";
import { rftMethod } from "./rft.ts";
import { rftEtoMethod } from "./rft-eto.ts";

export const METHODS = {
  "sft-all": sftAllMethod,
  rft: rftMethod,
  eef: eefMethod,
  eto: etoMethod,
  "rft-eto": rftEtoMethod,
  nat: natMethod,
  "agent-evol": agentEvolMethod,
  "best-of": bestOfMethod,
} as const;

export type MethodName = keyof typeof METHODS;

/** What tables call it, where the usual name would not tell it from another. */
const name = z.string().min(1).optional();

type MethodSchemas = {
  [Name in MethodName]: z.ZodObject<
    { method: z.ZodLiteral<Name>; name: typeof name } & OptionsOf<(typeof METHODS)[Name]>,
    z.core.$strict
  >;
};
type OptionsOf<Listed> = Listed extends Method<infer Options, infer _> ? Options : never;
type MethodSchema = MethodSchemas[MethodName];

/** `{ method: eef, probes: 3 }`: one method as a config says it. */
export const methodSchema = z.discriminatedUnion(
  "method",
  Object.entries(METHODS).map(([method, { options }]) =>
    z.strictObject({ method: z.literal(method), name, ...options(z) }),
  ) as unknown as readonly [MethodSchema, ...MethodSchema[]],
);

/** The same, defaults filled in. */
export type MethodConfig = z.output<MethodSchema>;

/** The method that `said` names, which is asked only about what was said of it. */
export const methodOf = (said: MethodConfig) => METHODS[said.method] as unknown as Method<z.ZodRawShape, MethodConfig>;

/** What tables call it: what the config calls it, or its usual name. */
export const methodLabel = (said: MethodConfig): string => said.name ?? methodOf(said).label(said);
