/**
 * What the operating system refused, as a sentence with the path or address. The rule for whose matter it is: where another
 * name would help, it is the input; where the same command may succeed later or with other rights, it broke.
 */
import { diskReason } from "../core/disk.ts";

export interface SystemFailure {
  readonly message: string;
  readonly isInput: boolean;
}

interface Meaning {
  readonly says: string;
  readonly isInput?: boolean;
}

const input = (says: string): Meaning => ({ says, isInput: true });

const MEANINGS = new Map<string, Meaning>([
  ["ENOENT", input("no such file or folder")],
  ["EISDIR", input("is a folder, expected a file")],
  ["EEXIST", input("is there already, expected a new name, or a folder")],
  ["ENOTEMPTY", input("this folder is not empty")],
  ["ELOOP", input("its symbolic links lead in a circle")],
  ["ENAMETOOLONG", input("this name is too long for the file system")],
  ["ENXIO", input("is no file that can be read")],
  ["ERR_FS_FILE_TOO_LARGE", input("the file is too large to be read at once (2 GiB)")],
  ["ERR_SOCKET_BAD_PORT", input("expected a port from 0 to 65535")],
  ["EBUSY", { says: "is in use by another program" }],
  ["ETXTBSY", { says: "is in use by another program" }],
  ["EXDEV", { says: "lies on another file system" }],
  ["EMFILE", { says: "too many files are open in this process (ulimit -n)" }],
  ["ENFILE", { says: "too many files are open on this machine" }],
  ["ENOMEM", { says: "not enough memory" }],
  ["EAGAIN", { says: "the system is out of processes or threads for now" }],
  ["EADDRINUSE", { says: "this port is in use; give another, or none for any free one" }],
  ["EADDRNOTAVAIL", { says: "this machine has no such address" }],
  ["ECONNREFUSED", { says: "nothing answers there (connection refused)" }],
  ["ECONNRESET", { says: "the connection was cut" }],
  ["EPIPE", { says: "whoever read the output is gone" }],
  ["ENOTFOUND", { says: "this name is not known to the network" }],
  ["EAI_AGAIN", { says: "this name cannot be looked up now" }],
  ["ETIMEDOUT", { says: "no answer in time" }],
  ["EHOSTUNREACH", { says: "the machine cannot be reached" }],
  ["ENETUNREACH", { says: "the network cannot be reached" }],
]);

/** undefined where `error` is not the system's. `fetch` wraps what the system said; it is looked for behind `cause`. */
export function systemFailure(error: unknown): SystemFailure | undefined {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
    const failure = each as NodeJS.ErrnoException & {
      readonly address?: string;
      readonly port?: number;
      hostname?: string;
    };
    const disk = diskReason(failure);
    const meaning = MEANINGS.get(failure.code ?? "") ?? (disk && { says: disk, isInput: failure.code === "ENOTDIR" });
    if (!meaning) continue;
    const place = placeOf(failure);
    return { message: place === "" ? meaning.says : `${place}: ${meaning.says}`, isInput: meaning.isInput ?? false };
  }
  return undefined;
}

function placeOf({
  path,
  syscall = "",
  address,
  port,
  hostname,
}: NodeJS.ErrnoException & { readonly address?: string; readonly port?: number; readonly hostname?: string }): string {
  if (syscall.startsWith("spawn ")) return `cannot start ${syscall.slice("spawn ".length)}`;
  if (path) return path;
  if (port !== undefined) return `${address ?? ""}:${port}`;
  if (hostname) return hostname;
  // Open files have no name any more.
  return { write: "while writing", read: "while reading" }[syscall] ?? syscall;
}
