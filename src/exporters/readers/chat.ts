/** Conversations of `{ role, content, … }` as the tools that read them see them. */
import { listOf, objectOf, type ReadTurn, roleOf, textOf } from "./reader.ts";

/** What a tool learns of one message, given its role and its other members. */
export type WeightRule = (message: Readonly<Record<string, unknown>>, place: string) => number;

/** The messages of a list of `{ role, content, … }`, each with the weight that `rule` gives it. Throws ReadError. */
export function chatTurns(value: unknown, place: string, rule: WeightRule): ReadTurn[] {
  return listOf(value, place).map((entry, index) => {
    const at = `${place}, message ${index}`;
    const message = objectOf(entry, at);
    return { role: roleOf(message.role, at), content: textOf(message.content, at), weight: rule(message, at) };
  });
}

export const context: WeightRule = () => 0;
export const everything: WeightRule = () => 1;
export const assistantOnly: WeightRule = ({ role }) => (role === "assistant" ? 1 : 0);
