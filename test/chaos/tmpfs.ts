/** A small disk in memory, where this machine lets us mount one: projects lie on it, and it is made too small on demand. */
import { spawnSync } from "node:child_process";
import { mkdirSync, statfsSync } from "node:fs";

const AMPLE_KB = 256 * 1024;

const mount = (...args: readonly string[]) => spawnSync("mount", args, { encoding: "utf8" });

export interface Disk {
  /** An empty folder. */
  readonly place: string;
  /** Why it is a folder like others and has no size of its own. */
  readonly problem: string | undefined;
}

/** Mounts a disk as the new folder `place`, if that is possible here. */
export function mountDisk(place: string): Disk {
  mkdirSync(place, { recursive: true });
  const { status, stderr, error } = mount("-t", "tmpfs", "-o", `size=${AMPLE_KB}k`, "tmpfs", place);
  if (error) return { place, problem: error.message };
  return { place, problem: status === 0 ? undefined : stderr.trim().split("\n")[0]! };
}

export function unmountDisk({ place, problem }: Disk): void {
  if (problem === undefined) spawnSync("umount", ["--lazy", place]);
}

/** Leaves room for `bytes` more on the disk that holds `path`, or ample room again. */
export function resize(disk: string, bytes: number | "ample"): void {
  const { blocks, bfree, bsize } = statfsSync(disk);
  const used = (blocks - bfree) * bsize;
  const size = bytes === "ample" ? AMPLE_KB : Math.ceil((used + bytes) / 4096) * 4;
  const { status, stderr } = mount("-o", `remount,size=${size}k`, disk);
  if (status !== 0) throw new Error(`${disk} cannot be resized: ${stderr}`);
}
