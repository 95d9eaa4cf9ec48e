const BITS = 2 ** 26
const PROBES = 8

/**
 * A set of digests (8 bytes each, evenly spread) that now and then takes a stranger for a member, never a member for a stranger
 * (Bloom, CACM 13(7), 1970). It is 8 MB large, whatever it holds: of strangers it mistakes 3 in a hundred million when it holds
 * a million digests, 4 in ten thousand when it holds four million.
 */
export class BloomFilter {
  readonly #words = new Uint32Array(BITS / 32)

  /** `at`: where in `bytes` the digest begins. */
  add(bytes: Buffer, at = 0): void {
    const step = stepOf(bytes, at)
    let bit = bytes.readUInt32LE(at)
    for (let probe = 0; probe < PROBES; probe++, bit += step) {
      const word = wordOf(bit)
      this.#words[word] = (this.#words[word] ?? 0) | (1 << (bit & 31))
    }
  }

  has(bytes: Buffer): boolean {
    const step = stepOf(bytes, 0)
    let bit = bytes.readUInt32LE(0)
    for (let probe = 0; probe < PROBES; probe++, bit += step) {
      if (((this.#words[wordOf(bit)] ?? 0) & (1 << (bit & 31))) === 0) return false
    }
    return true
  }
}

/** Odd, so that all probes differ. */
function stepOf(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at + 4) | 1
}

function wordOf(bit: number): number {
  return (bit & (BITS - 1)) >>> 5
}
