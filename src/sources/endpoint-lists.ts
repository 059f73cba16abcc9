/** Lists of ports and addresses, for options that filter by them, as bytes of an object's globals. */
import { isIPv4, isIPv6 } from 'node:net';

/** TC_MAX_CHOICES in bpf/include/tracecap/endpoint.h */
const MOST = 16;

/** The first 12 bytes of an IPv4 address as bpf/include/tracecap/types.h has it: ::ffff:0:0/96. */
const V4_MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** `80,443`: tc_port's bytes, one after another. Throws an Error that names what is no port. */
export function parsePorts(text: string): Uint8Array {
  const ports = items(text).map((item) => {
    const port = Number(item);
    if (/^\d{1,5}$/.test(item) && port >= 1 && port <= 65535) return port;
    throw new Error(`'${item}' is no port: 1 to 65535`);
  });
  return new Uint8Array(Uint16Array.from(ports).buffer);
}

/** `10.0.0.1,2001:db8::1`: tc_ip's bytes, one after another. Throws like parsePorts(). */
export function parseAddresses(text: string): Uint8Array {
  return Uint8Array.from(items(text).flatMap(addressBytes));
}

function items(text: string): string[] {
  const found = text.split(',').map((item) => item.trim());
  if (found.length <= MOST) return found;
  throw new Error(`${found.length} are too many: at most ${MOST}`);
}

function addressBytes(text: string): number[] {
  if (isIPv4(text)) return [...V4_MAPPED, ...text.split('.').map(Number)];
  const bytes = isIPv6(text) && !text.includes('%') ? v6Bytes(text) : [];
  // All zeros, no address in an event, would end the list.
  if (bytes.some((byte) => byte !== 0)) return bytes;
  throw new Error(`'${text}' is no address: 192.0.2.1 or 2001:db8::1`);
}

/** Of a text that isIPv6() holds for. */
function v6Bytes(text: string): number[] {
  const [before = '', after] = text.split('::');
  const front = groupBytes(before);
  const back = groupBytes(after ?? '');
  return [...front, ...new Array<number>(16 - front.length - back.length).fill(0), ...back];
}

function groupBytes(groups: string): number[] {
  if (groups === '') return [];
  return groups.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
