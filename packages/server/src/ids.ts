import { randomUUID } from 'node:crypto'
import { DomainError } from '@guichet/problem'

let lastMs = 0
let counter = 0

/**
 * A new UUIDv7 (RFC 9562 §5.7), ordered by time so that indexes grow at one end; those of one process and millisecond by a
 * counter in `rand_a` (§6.2, method 1). `nowMs`: milliseconds since the epoch.
 */
export function newUuid(nowMs = Date.now()): string {
  const random = randomUUID()
  if (nowMs > lastMs) {
    lastMs = nowMs
    // Starts in the lower half, so that there are 2,048 left to count in this millisecond.
    counter = Number.parseInt(random.slice(0, 3), 16) & 0x7ff
  } else if (counter < 0xfff) {
    counter += 1
  } else {
    lastMs += 1
    counter = 0
  }
  const time = lastMs.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${random.slice(19)}`
}

/** Crockford's base 32, in lower case (TypeID 0.3). */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const VALUES = new Int8Array(128).fill(-1)
for (const [value, letter] of [...ALPHABET].entries()) VALUES[letter.charCodeAt(0)] = value
const HEX = '0123456789abcdef'
const NIBBLES = new Int8Array(128).fill(-1)
for (const [value, digit] of [...HEX].entries()) {
  NIBBLES[digit.charCodeAt(0)] = value
  NIBBLES[digit.toUpperCase().charCodeAt(0)] = value
}
const isHyphen = (index: number) => index === 8 || index === 13 || index === 18 || index === 23
const SUFFIX_LENGTH = 26
const ALPHABET_CODES = Buffer.from(ALPHABET)
const HEX_CODES = Buffer.from(HEX)
/** Written and read within one call; a string made letter by letter would leave each of its beginnings behind. */
const letters = Buffer.alloc(36)

/** The TypeID of a UUID: `evt_01h455vb4pex5vsknk084sn02q`. Ids are on every path, so without a library's copies. */
export function toId(prefix: string, uuid: string): string {
  let length = 0
  // 128 bits are read as 130, two leading zeros and then five for each letter.
  let bits = 0
  let pending = 2
  for (let index = 0; index < 36; index++) {
    if (isHyphen(index)) continue
    const nibble = NIBBLES[uuid.charCodeAt(index)] ?? -1
    if (nibble < 0) throw new TypeError('Not a UUID')
    bits = (bits << 4) | nibble
    pending += 4
    if (pending >= 5) {
      pending -= 5
      letters[length++] = ALPHABET_CODES[bits >> pending] ?? 0
      bits &= (1 << pending) - 1
    }
  }
  return `${prefix}_${letters.toString('latin1', 0, SUFFIX_LENGTH)}`
}

/** The UUID of a TypeID; a malformed id or one of another kind names nothing, hence `not-found`. */
export function toUuid(prefix: string, id: string): string {
  const uuid = parseId(prefix, id)
  if (uuid === undefined) throw new DomainError('not-found')
  return uuid
}

/** The UUID of a TypeID, or undefined when it is not one of this kind. */
export function parseId(prefix: string, id: string): string | undefined {
  const start = prefix.length + 1
  if (id.length !== start + SUFFIX_LENGTH || !id.startsWith(prefix) || id[prefix.length] !== '_') return undefined
  // More than seven would be more than 128 bits.
  if (id.charCodeAt(start) > 0x37) return undefined
  let length = 0
  let bits = 0
  let pending = -2
  for (let index = start; index < id.length; index++) {
    const value = VALUES[id.charCodeAt(index)] ?? -1
    if (value < 0) return undefined
    bits = (bits << 5) | value
    pending += 5
    while (pending >= 4) {
      pending -= 4
      if (isHyphen(length)) letters[length++] = 0x2d
      letters[length++] = HEX_CODES[bits >> pending] ?? 0
      bits &= (1 << pending) - 1
    }
  }
  return letters.toString('latin1', 0, 36)
}
