/** What other tools would train of an example, beside what is stored. Pure functions of the data. */
import type { Row, TargetSays } from "../../api/transcript.ts";

/** What is known of a target so far. */
export type Asked =
  | { readonly kind: "asking" }
  | { readonly kind: "told"; readonly says: TargetSays }
  | { readonly kind: "problem"; readonly problem: string };

export interface Compared {
  /** Learn exactly what is stored. */
  readonly exact: readonly TargetSays[];
  /** Learn other messages, or say what they cannot express. */
  readonly other: readonly TargetSays[];
  /** Refuse the example. */
  readonly refusing: readonly TargetSays[];
  /** Could not be asked. */
  readonly problems: readonly { readonly target: string; readonly problem: string }[];
  /** Have not answered yet. */
  readonly waiting: readonly string[];
}

/** `asked`: by target; one that is not there has not answered yet. */
export function compared(
  { messages, targets }: Pick<Row, "messages" | "targets">,
  asked: ReadonlyMap<string, Asked>,
): Compared {
  const isExact = ({ learned, refusal }: TargetSays) =>
    refusal === null && learned !== null && messages.every((message, index) => message.learned === learned[index]);
  const answers = targets.map((target) => ({ target, ...(asked.get(target) ?? { kind: "asking" as const }) }));
  const told = answers.flatMap((each) => (each.kind === "told" ? [each.says] : []));
  return {
    exact: told.filter(isExact),
    other: told.filter((says) => says.learned !== null && !isExact(says)),
    refusing: told.filter(({ learned }) => learned === null),
    problems: answers.flatMap((each) => (each.kind === "problem" ? [each] : [])),
    waiting: answers.flatMap(({ target, kind }) => (kind === "asking" ? [target] : [])),
  };
}

/** `learns 2 messages more, 1 less`; `learns the same messages`. */
export function differenceInWords({ messages }: Pick<Row, "messages">, { learned }: TargetSays): string {
  const more = messages.filter((message, index) => !message.learned && learned?.[index]).length;
  const less = messages.filter((message, index) => message.learned && !learned?.[index]).length;
  if (more === 0 && less === 0) return "learns the same messages";
  const parts = [...(more ? [`${more} more`] : []), ...(less ? [`${less} less`] : [])];
  return `of the messages, learns ${parts.join(" and ")}`;
}
