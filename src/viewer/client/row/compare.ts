/** What other tools would train of an example, beside what is stored. Pure functions of the data. */
import type { Row, TargetSays } from "../../api/transcript.ts";

export interface Compared {
  /** Learn exactly what is stored. */
  readonly exact: readonly TargetSays[];
  /** Learn other messages, or say what they cannot express. */
  readonly other: readonly TargetSays[];
  /** Refuse the example. */
  readonly refusing: readonly TargetSays[];
}

export function compared({ messages, targets }: Pick<Row, "messages" | "targets">): Compared {
  const isExact = ({ learned, refusal }: TargetSays) =>
    refusal === null && learned !== null && messages.every((message, index) => message.learned === learned[index]);
  const refusing = targets.filter(({ learned }) => learned === null);
  return {
    exact: targets.filter(isExact),
    other: targets.filter((target) => target.learned !== null && !isExact(target)),
    refusing,
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
