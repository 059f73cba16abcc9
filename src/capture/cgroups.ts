import type { Table } from '../schema/table.js';

/** What the ids of cgroups in other tables stand for, looked up while the cgroups lived. */
export const CGROUPS: Table = {
  name: 'cgroups',
  doc: 'Cgroups (v2) that other tables name by their ids',
  time: null,
  columns: [
    {
      name: 'cgroup',
      type: 'uint64',
      kind: 'tc_cgroup',
      doc: 'Its id: its inode number in cgroupfs',
    },
    {
      name: 'path',
      type: 'dictionary<utf8>',
      kind: 'tc_text',
      doc: 'Its path below the root of cgroupfs; null where it was gone before it could be looked up',
    },
    {
      name: 'container_id',
      type: 'dictionary<utf8>',
      kind: 'tc_text',
      doc: 'The container that it belongs to, as its path tells (Docker, containerd, CRI-O, Podman, LXC, systemd-nspawn); null for none',
    },
  ],
};
