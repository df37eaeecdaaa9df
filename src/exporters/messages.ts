/** Rows' messages in the two ways that nearly every tool writes them. */
import type { Message } from "../core/policy.ts";

/** `{ role, content }` and nothing else. */
export const chatMessage = ({ role, content }: Message) => ({ role, content });

/** ShareGPT's `{ from, value }`. */
export const shareGptMessage = ({ role, content }: Message) => ({ from: SHARE_GPT[role], value: content });

const SHARE_GPT = { system: "system", user: "human", assistant: "gpt" } as const;
