/**
 * Names that container runtimes give to cgroups, each with the container's id or name in it:
 * 64 hex digits (OCI runtimes: docker-ID.scope, cri-containerd-ID.scope, crio-ID.scope,
 * libpod-ID.scope, docker/ID, kubepods/…/ID, but not conmon's own beside them), lxc/NAME and
 * lxc.payload.NAME, machine-NAME.scope and systemd-nspawn@NAME.service (but no libvirt's machines).
 */
const NAMES: readonly RegExp[] = [
  /(?<![^-/_:.])(?<!-conmon-)([0-9a-f]{64})(?:\.scope|\.service)?(?=\/|$)/g,
  /\/lxc(?:\.payload\.|\/)([^/]+)/g,
  /\/machine-(?!qemu\\x2d)([^/]+)\.scope(?=\/|$)/g,
  /\/systemd-nspawn@([^/]+)\.service(?=\/|$)/g,
];

/** The container that a cgroup with this path belongs to; of nested ones the innermost; else null. */
export function containerId(path: string): string | null {
  const found = NAMES.flatMap((name) => [...path.matchAll(name)]);
  return found.toSorted((a, b) => b.index - a.index)[0]?.[1] ?? null;
}
