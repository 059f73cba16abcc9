import { KINDS, type KindName } from './kinds.js';

/** Where one member lies in an event, as BTF tells it. Bytes. */
export interface LayoutMember {
  readonly kind: KindName;
  readonly offset: number;
  readonly size: number;
  /** Names of a C enum's values 0, 1, 2 …, without the enum's own prefix. */
  readonly values?: readonly string[];
}

/**
 * Where the kinds lie in an event. Generated from the BTF of a `.bpf.o` at build time
 * (src/sources/layouts) and computed again from the object when it is loaded.
 */
export interface Layout {
  readonly struct: string;
  /** Bytes before the tail: the fixed part of every event. */
  readonly fixedSize: number;
  /** Whether text of its own length follows the fixed part. */
  readonly tail: boolean;
  readonly members: Readonly<Record<string, LayoutMember>>;
}

/** One member of a struct as the addon reads it from BTF: raw facts, not yet judged. */
export interface BtfMember {
  readonly name: string;
  /** Bits from the start of the struct. */
  readonly bitOffset: number;
  /** Width of a bit-field; 0 for an ordinary member. */
  readonly bitfieldSize: number;
  readonly size: number;
  /** The typedef (or `enum name`) that the member was declared with, else its plain type. */
  readonly type: string;
  readonly flexible: boolean;
  /** Enumerators of an enum, in order. */
  readonly enumerators?: readonly { readonly name: string; readonly value: number }[];
}

export interface BtfStruct {
  readonly name: string;
  readonly size: number;
  readonly members: readonly BtfMember[];
}

/**
 * Turns a struct as BTF describes it into a layout, and refuses, by throwing an Error that names
 * struct and member, whatever the decoder could not read: bit-fields, types that are no kind,
 * holes (ring-buffer memory is not zeroed, so a hole would leak stale bytes), a flexible array
 * that is not last.
 */
export function layoutFromBtf(struct: BtfStruct): Layout {
  const members: Record<string, LayoutMember> = {};
  let end = 0;
  let tail = false;
  for (const member of struct.members) {
    const refuse = (why: string): never => {
      throw new Error(`struct ${struct.name}, member ${member.name}: ${why}`);
    };
    if (tail) refuse('follows the flexible array, which must be last');
    if (member.bitfieldSize > 0) refuse('is a bit-field');
    const offset = member.bitOffset / 8;
    if (offset !== end) refuse(`leaves a hole of ${offset - end} bytes before it`);
    end = offset + member.size;
    if (member.flexible) {
      tail = true;
      continue;
    }
    members[member.name] = layoutMember(member, offset, refuse);
  }
  if (!tail && struct.size !== end) {
    throw new Error(`struct ${struct.name} ends in a hole of ${struct.size - end} bytes`);
  }
  return { struct: struct.name, fixedSize: end, tail, members };
}

function layoutMember(
  member: BtfMember,
  offset: number,
  refuse: (why: string) => never,
): LayoutMember {
  const { size } = member;
  if (member.enumerators) {
    return {
      kind: 'tc_enum',
      offset,
      size,
      values: enumValues(member, member.enumerators, refuse),
    };
  }
  if (!Object.hasOwn(KINDS, member.type))
    return refuse(`has type ${member.type}, which is no kind`);
  const kind = member.type as KindName;
  const expected = KINDS[kind].size;
  if (size !== expected) refuse(`is ${size} bytes, but kind ${kind} has ${expected}`);
  return { kind, offset, size };
}

function enumValues(
  member: BtfMember,
  enumerators: NonNullable<BtfMember['enumerators']>,
  refuse: (why: string) => never,
): string[] {
  if (member.size !== KINDS.tc_enum.size) refuse(`is an enum of ${member.size} bytes, not 1`);
  const prefix = `${member.type.replace(/^enum /, '')}_`;
  return enumerators.map(({ name, value }, index) => {
    if (value !== index) refuse(`enumerator ${name} is ${value}, not ${index}`);
    if (!name.startsWith(prefix)) refuse(`enumerator ${name} does not begin with ${prefix}`);
    return name.slice(prefix.length);
  });
}

/** The first difference between two layouts in words, or null where they agree. */
export function layoutDifference(declared: Layout, loaded: Layout): string | null {
  if (declared.fixedSize !== loaded.fixedSize || declared.tail !== loaded.tail) {
    return `fixed part: declared ${declared.fixedSize} bytes, object has ${loaded.fixedSize}`;
  }
  const names = new Set([...Object.keys(declared.members), ...Object.keys(loaded.members)]);
  for (const name of names) {
    const [ours, theirs] = [declared.members[name], loaded.members[name]].map((m) =>
      m ? JSON.stringify([m.kind, m.offset, m.size, m.values]) : 'nothing',
    );
    if (ours !== theirs) return `member ${name}: declared ${ours}, object has ${theirs}`;
  }
  return null;
}
