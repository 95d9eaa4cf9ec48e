import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { BloomFilter } from './bloom-filter.ts'

const DIGEST_BYTES = 8

it('knows every member of a million, and takes hardly a stranger for one', () => {
  const filter = new BloomFilter()
  const members = randomBytes(1_000_000 * DIGEST_BYTES)
  for (let at = 0; at < members.length; at += DIGEST_BYTES) filter.add(members, at)
  const known = (all: Buffer) => {
    let count = 0
    for (let at = 0; at < all.length; at += DIGEST_BYTES) if (filter.has(all.subarray(at, at + DIGEST_BYTES))) count++
    return count
  }
  expect(known(members)).toBe(1_000_000)
  // None is to be expected, and 10 do not happen by chance.
  expect(known(randomBytes(100_000 * DIGEST_BYTES))).toBeLessThan(10)
})

it('holds nothing at first', () => {
  const filter = new BloomFilter()
  expect(filter.has(randomBytes(DIGEST_BYTES))).toBe(false)
  expect(filter.has(Buffer.alloc(DIGEST_BYTES))).toBe(false)
})
