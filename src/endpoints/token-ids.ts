/** Whether a server returns token ids: found out by asking, since those that do not may ignore the wish or refuse it. */

import { serverModel } from "./model.ts";
import type { ServerOptions } from "./options.ts";

/** Costs one request of one token. False, too, for a server that does not answer: what then follows says why. */
export async function returnsTokenIds(options: ServerOptions): Promise<boolean> {
  const model = serverModel({ ...options, tokenIds: true });
  const messages = [{ role: "user", content: "Hello." }] as const;
  try {
    await model.complete({ messages, temperature: 0, maxTokens: 1, seed: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await model.close();
  }
}
