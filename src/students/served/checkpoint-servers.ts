/**
 * Servers for checkpoints, as few as possible: a server stays when nobody uses it any more, because its checkpoint is
 * often the next one wanted, and leaves when another checkpoint, or a training, needs its memory.
 */
import { type LaunchedServer, launchServer } from "./launch.ts";

export interface CheckpointServer {
  readonly url: string;
  /** Whoever opened it needs it no more. */
  release(): void;
}

export interface CheckpointServers {
  /** `folder` as a server; the one that is there already, if so. Throws StopError. */
  open(folder: string): Promise<CheckpointServer>;
  /** Ends every server that nobody uses. */
  endIdle(): Promise<void>;
  /** Ends all. */
  close(): Promise<void>;
}

interface Entry {
  readonly folder: string;
  readonly server: Promise<LaunchedServer>;
  users: number;
}

export function checkpointServers(options: {
  readonly command: readonly string[];
  readonly startupMs: number;
}): CheckpointServers {
  let entries: Entry[] = [];

  const end = async (ending: readonly Entry[]) => {
    entries = entries.filter((entry) => !ending.includes(entry));
    // One that never came up has said so to whoever opened it.
    await Promise.all(ending.map(({ server }) => server.then(({ close }) => close()).catch(() => {})));
  };
  const endIdle = () => end(entries.filter(({ users }) => users === 0));

  return {
    async open(folder) {
      const known = entries.find((entry) => entry.folder === folder);
      const entry = known ?? {
        folder,
        server: endIdle().then(() => launchServer({ ...options, checkpoint: folder })),
        users: 0,
      };
      if (!known) entries.push(entry);
      entry.users += 1;
      try {
        const { url } = await entry.server;
        let isReleased = false;
        return {
          url,
          release() {
            if (!isReleased) entry.users -= 1;
            isReleased = true;
          },
        };
      } catch (error) {
        entries = entries.filter((other) => other !== entry);
        throw error;
      }
    },
    endIdle,
    close: () => end(entries),
  };
}
