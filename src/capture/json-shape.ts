/** Shapes of JSON documents that strangers wrote: the first deviation is named, with its place. */
import { Damage } from './damage.js';

/** Throws Damage where the value, which stands at `place`, is of another shape. */
export type Shape = (value: unknown, place: string) => void;

export const text: Shape = (value, place) => {
  if (typeof value !== 'string') refuse(place, 'a text');
};

export const flag: Shape = (value, place) => {
  if (typeof value !== 'boolean') refuse(place, 'true or false');
};

/** A number that counts something: 0 to 2^53. */
export const count: Shape = (value, place) => {
  if (!Number.isSafeInteger(value) || (value as number) < 0) refuse(place, 'a count');
};

/** Text of a certain form. */
export function matching(pattern: RegExp, what: string): Shape {
  return (value, place) => {
    if (typeof value !== 'string' || !pattern.test(value)) refuse(place, what);
  };
}

export function orNull(shape: Shape): Shape {
  return (value, place) => {
    if (value !== null) shape(value, place);
  };
}

/** A member that may be absent. */
export function optional(shape: Shape): Shape {
  return (value, place) => {
    if (value !== undefined) shape(value, place);
  };
}

export function list(shape: Shape): Shape {
  return (value, place) => {
    if (!Array.isArray(value)) return refuse(place, 'a list');
    value.forEach((item, i) => {
      shape(item, `${place}[${i}]`);
    });
  };
}

/** An object with any keys, each value of one shape. */
export function dictionary(shape: Shape): Shape {
  return (value, place) => {
    if (!isObject(value)) return refuse(place, 'an object');
    for (const item of Object.values(value)) shape(item, `a value of ${place}`);
  };
}

/** An object with at least these members: later versions may add others. */
export function object(members: Readonly<Record<string, Shape>>): Shape {
  return (value, place) => {
    if (!isObject(value)) return refuse(place, 'an object');
    for (const [name, shape] of Object.entries(members)) {
      const own = Object.hasOwn(value, name) ? value[name] : undefined;
      shape(own, place === '' ? name : `${place}.${name}`);
    }
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(place: string, what: string): never {
  throw new Damage(`${place === '' ? 'the document' : place} is not ${what}`);
}
