import { describe, expect, test } from 'vitest';
import { Damage } from '../../src/capture/damage.js';
import { decompressZstd } from '../../src/capture/zstd.js';
import { zstdBlock, zstdFrame, zstdRaw } from '../helpers/zstd-raw.js';

const TEXT = Buffer.from('hello, hello, hello, hello, hello, hello');
/** TEXT as zstd 1.5 compresses it: seven literals and a match. */
const COMPRESSED = Buffer.from('28b52ffd20286d00003868656c6c6f2c2001001a8b11', 'hex');

/** Paths as `zstd -3` compresses them: Huffman-coded literals, sequences with tables of their own. */
const PATHS = Array.from(
  { length: 300 },
  (_, i) => `/usr/lib/${(i * 7919) % 613}/lib${(i * i) % 97}.so`,
);
const COMPRESSED_PATHS = Buffer.from(
  'KLUv/WBgGPUgAGacNxSgJ4UDIK9YUNW49q6IiJRkVUtjBTcALwAuANpUT2SjLx3cztDsiDXtR7SmDTGSHr6Mfl48HO' +
    '0oydVr+p3yeGneSrwBCgoBw0AQGCAgGBQOCAEDPYg1NuS4NI1sXbvDpZFtrbEUGtmO7BIWqRvZd2TfEZqQZZxRHCvt' +
    '79nShpv6SNLWlq5400ay1TwKDxprsQza2Lr2uOLGdvTE0tiR5zc11rc/XNJGtqw5pqSNbAMFhYCeZT07LG0UW++ero' +
    '3t1DNmqcnYnr54jym0leTa4SwMD6dGVvVwD7q2NupxGYIzqNJzW4fNIgsShrGUot4NEuBgaBEBQuDSfBhUHk/YhdL2' +
    'RK3HGKoiZuPftDW1Oe58HmHPQOFm0D7kn3g29O6d6ZEPBw827iziVm5geHVDedTBdjZdEG80B3n+i4X3fPVTM5mXOs' +
    'jfzjYLzPgKGtlOA7nD7smkJQ/nHIRzWG0iCoI+YdW8nvI/sV/58NGipUvpH7OrKrWXl6UNdFFIs/laQy293nHSdgYd' +
    'thAgX69GVLagJqRwu4Ru9ql1q/1oYsLBjlbVzdRr6I2Pm7d68GMj0pvigL/ZmqeLz0F8cu3EwZ/rsub9a+3GT/ZSnY' +
    'jd/pzKPXgJb4/EHgQJitagWUdV8EzUhgP/ysblw4dNkpoqQMLvCd3Kh48Vm+YL+eqjLhjpsA2PGjkWLwIOjjeULPa0' +
    'W8xnn0j1OeoUjy2GalDWrNvbxg21k/8QXpcpeuLfXh3LqxIHdmB+ttFveQbFPTwFDu65FGvf79VuyuQvZZB5e22q97' +
    'kSb+aCWG43ENwxc1C+HK4IDti7krBXofqpUJoX4vefPLTyZqTiniE8WQtqDyyFi29ful96855WO4au/vv23veEOzjY' +
    'j/g+fFAL8+h50KEksU8mX160gINXepOjNmoIHfFefbA40K9/GTx3Le9FP9mXTfSdfs5zb7z0g8GRFEkZEPLWDujK8s' +
    'VD554nbFy8Sdj1xJrlYRPOJ98t3mSs76S4UDlKixkGSQ1oi95enZ5tfSDm8lR8E3P1Gg+9QhwsVE9xtq49YDy+gJrT' +
    'sNuPMjs/mM7xuxz+JxY3OMzW7tCVRdFhMkDaGAxckDbSle+0jR+rWP0gXpW/TPi4BpUH0aZ8tyvzREHiVhlfMQ7O8K' +
    'EBAZSZ9XAI1dtmI/QrU81MKN0L8XufHFp9c1L7IRXTYS4R2ebdA7S6Z37CoMCgnyAScJocxOmOv0dlpE+FRuRtcoC0' +
    'THgJbN+bT9qgkMJk6Wip612z1a7UJ8ur77wmZWJyg0y0trtal7JVfAwsog7LCUMgiv6pNtOdhjczBtQZ29PFclaMUl' +
    '2lwEOuuEGCJmJM8Y+C0anhbg0b+IHQSjD0lYoXyj1YxtyxNIvV13zo8KENCFvCaQMYtwI=',
  'base64',
);

/** A block whose every one of 98,047 sequences copies 65,539 bytes or more, in fewer than 40 bytes. */
const BOMB = Buffer.from(`0961ffffff54000034${'00'.repeat(24)}80`, 'hex');

describe('decompressZstd', () => {
  test.each([1, 2, 255, 256, 131071, 131072, 131073, 400_000])('%i bytes', (size) => {
    const bytes = Uint8Array.from({ length: size }, (_, i) => i * 7 + (i >> 8));
    const result = decompressZstd(zstdRaw(bytes), size);
    expect(Buffer.compare(result, bytes)).toBe(0);
    expect(result.byteOffset).toBe(0);
  });

  test('runs of one byte', () => {
    expect(
      Buffer.compare(
        decompressZstd(zstdRaw(new Uint8Array(300_000)), 300_000),
        Buffer.alloc(300_000),
      ),
    ).toBe(0);
  });

  test('a compressed block', () => {
    expect(Buffer.from(decompressZstd(COMPRESSED, TEXT.length))).toEqual(TEXT);
  });

  test('blocks with Huffman-coded literals and tables of their own', () => {
    const text = Buffer.from(PATHS.join('\n'));
    expect(Buffer.compare(decompressZstd(COMPRESSED_PATHS, text.length), text)).toBe(0);
  });

  test('does not start on a block that would keep it busy for minutes', () => {
    const header = (BOMB.length << 3) | (2 << 1) | 1;
    const block = Buffer.concat([Buffer.from([header & 0xff, header >> 8, 0]), BOMB]);
    expect(() => decompressZstd(zstdFrame(131_072, block), 131_072)).toThrow(Damage);
  });

  test.each([
    ['small', COMPRESSED, TEXT.length],
    ['large', COMPRESSED_PATHS, PATHS.join('\n').length],
  ])(
    'a %s compressed block with any bit flipped gives as many bytes, or Damage',
    (_, whole, size) => {
      for (let bit = 0; bit < whole.length * 8; bit++) {
        const frame = new Uint8Array(whole);
        frame[bit >> 3] = (frame[bit >> 3] as number) ^ (1 << (bit & 7));
        try {
          expect(decompressZstd(frame, size).length).toBe(size);
        } catch (error) {
          if (!(error instanceof Damage)) throw error;
        }
      }
    },
  );

  const raw = zstdRaw(TEXT);
  const a = Buffer.from('a');
  const rle = (length: number, last: boolean) => zstdBlock(a, { last, type: 'rle', length });

  test.each([
    [
      'declares another size than Arrow does',
      raw,
      TEXT.length + 1,
      'zstd frame of 40 bytes where 41 are declared',
    ],
    [
      'declares less than its blocks hold',
      zstdFrame(8, rle(131_072, false), rle(9, true)),
      8,
      'does not expand to the 8 bytes',
    ],
    [
      'declares more than its blocks hold',
      zstdFrame(1 << 28, rle(131_072, true)),
      1 << 28,
      'does not expand to the 268435456 bytes',
    ],
    [
      'has a block larger than blocks can be',
      zstdFrame(200_000, rle(200_000, true)),
      200_000,
      'of unknown form',
    ],
    [
      'does not declare its size',
      Buffer.from('28b52ffd000009000061', 'hex'),
      1,
      'without its size',
    ],
    [
      'asks for a dictionary',
      Buffer.from('28b52ffd2101010900006100', 'hex'),
      1,
      'or with a dictionary',
    ],
    ['is two frames', Buffer.concat([raw, raw]), TEXT.length, 'does not end where it should'],
    [
      'is followed by something',
      Buffer.concat([raw, a]),
      TEXT.length,
      'does not end where it should',
    ],
    ['has no last block', zstdFrame(1, rle(1, false)), 1, 'that was cut'],
    ['is no frame', Buffer.from('hello world'), 11, 'where a zstd frame should be'],
    ['is empty', new Uint8Array(0), 0, 'where a zstd frame should be'],
  ])('refuses a frame that %s', (_, frame, size, words) => {
    expect(() => decompressZstd(frame, size)).toThrow(words);
    expect(() => decompressZstd(frame, size)).toThrow(Damage);
  });

  test('refuses a frame cut at any byte', () => {
    for (let size = 0; size < raw.length; size++) {
      expect(() => decompressZstd(raw.subarray(0, size), TEXT.length)).toThrow(Damage);
    }
  });
});
