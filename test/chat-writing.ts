/** What the writers of chats share: JSON spliced from texts, and the order of a talk's messages. */
import type { Spoken, SpokenCall, Talk } from "./chat-model.ts";

export interface ChatWriter {
  readonly name: string;
  /** Whether the API can say that a call failed. */
  readonly tellsErrors: boolean;
  readonly write: (talk: Talk) => string[];
  /** Messages that no reader can understand, as JSON: each refuses the record. */
  readonly strange: readonly string[];
}

export const q = (value: unknown) => JSON.stringify(value);
export const list = (items: readonly string[]) => `[${items.join(",")}]`;
/** An object of members that are written already; those without a value are left out. */
export const obj = (members: Readonly<Record<string, string | undefined>>) =>
  `{${Object.entries(members)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${q(name)}:${value}`]))
    .join(",")}}`;

export interface Numbered extends SpokenCall {
  readonly id: string;
}
export type NumberedTurn = Omit<Spoken, "calls"> & {
  readonly calls: readonly Numbered[];
  readonly isAnswered: boolean;
};

export const numbered = ({ turns, isCut }: Talk): NumberedTurn[] => {
  let calls = 0;
  return turns.map((turn, index) => ({
    ...turn,
    calls: turn.calls.map((call) => ({ ...call, id: `id-${calls++}` })),
    isAnswered: !(isCut && index === turns.length - 1),
  }));
};

/** The messages of a talk: what the user asks, what the agent says, the results. */
export function messages(
  talk: Talk,
  parts: {
    readonly system: (text: string) => string;
    readonly user: (text: string) => string;
    readonly agent: (turn: NumberedTurn) => readonly string[];
    readonly result: (call: Numbered) => string;
  },
): string[] {
  return [
    ...(talk.system === undefined ? [] : [parts.system(talk.system)]),
    ...numbered(talk).flatMap((turn) => [
      ...(turn.asked === undefined ? [] : [parts.user(turn.asked)]),
      ...parts.agent(turn),
      ...(turn.isAnswered ? turn.calls.map(parts.result) : []),
    ]),
  ];
}

export const said = (role: string) => (text: string) => obj({ role: q(role), content: q(text) });
