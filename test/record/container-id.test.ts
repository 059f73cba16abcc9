import { expect, test } from 'vitest';
import { containerId } from '../../src/record/container-id.js';

const ID = '0123456789abcdef'.repeat(4);
const INNER = 'fedcba9876543210'.repeat(4);
const POD = 'kubepods-burstable-pod0c0ffee0_1111_2222_3333_444444444444.slice';

test.each([
  ['Docker, systemd', `/system.slice/docker-${ID}.scope`, ID],
  ['Docker, cgroupfs', `/docker/${ID}`, ID],
  ['below Docker', `/docker/${ID}/init.scope`, ID],
  ['Docker in Docker: the inner one', `/docker/${ID}/docker/${INNER}`, INNER],
  ['ECS', `/ecs/0123456789abcdef0123456789abcdef/${ID}`, ID],
  ['containerd', `/kubepods.slice/${POD}/cri-containerd-${ID}.scope`, ID],
  ['containerd, cgroupfs driver', `/kubepods/besteffort/pod0c0ffee0-1111/${ID}`, ID],
  [
    'containerd, a service of its own',
    `/system.slice/containerd.service/x:cri-containerd:${ID}`,
    ID,
  ],
  ['CRI-O', `/kubepods.slice/${POD}/crio-${ID}.scope`, ID],
  ['below CRI-O', `/kubepods.slice/${POD}/crio-${ID}.scope/container`, ID],
  ['Podman', `/machine.slice/libpod-${ID}.scope/container`, ID],
  ['Podman without root', `/user.slice/user-1000.slice/user@1000.service/libpod-${ID}.scope`, ID],
  [
    'kind: kubepods in a container',
    `/docker/${ID}/kubelet.slice/${POD}/cri-containerd-${INNER}.scope`,
    INNER,
  ],
  ['LXC', '/lxc.payload.web', 'web'],
  ['LXC, older', '/lxc/web/system.slice/ssh.service', 'web'],
  ['Docker in LXC: the inner one', `/lxc.payload.web/system.slice/docker-${ID}.scope`, ID],
  ['LXC in Docker: the inner one', `/docker/${ID}/lxc.payload.web`, 'web'],
  ['systemd-nspawn', '/machine.slice/machine-web.scope/payload', 'web'],
  ['systemd-nspawn, as a service', '/machine.slice/systemd-nspawn@web.service/payload', 'web'],
])('%s', (_, path, id) => {
  expect(containerId(path)).toBe(id);
});

test.each([
  '/',
  '',
  '/user.slice/user-1000.slice/session-2.scope',
  '/system.slice/docker.service',
  // One digit too few, one too many, no hex.
  `/docker/${ID.slice(1)}`,
  `/docker/0${ID}`,
  `/docker/g${ID.slice(1)}`,
  `/docker/${ID.toUpperCase()}`,
  `/docker-${ID}x.scope`,
  // conmon watches a container from outside.
  `/machine.slice/libpod-conmon-${ID}.scope`,
  `/kubepods.slice/${POD}/crio-conmon-${ID}.scope`,
  // A virtual machine of libvirt's.
  '/machine.slice/machine-qemu\\x2d1\\x2dweb.scope',
  '/lxc.monitor.web',
])('%s is in no container', (path) => {
  expect(containerId(path)).toBe(null);
});
