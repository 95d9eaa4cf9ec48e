import { describe, expect, it } from 'vitest'
import { createSealing } from '../src/sealing.ts'

const [OLD, NEW] = ['u2W5eR8tY1iO4pA7sD0fG3hJ6kL9zX2c', 'b1S9fK3xD7qW0eR5tY2uI8oP4aL6zM0n']

const PURPOSE = 'test'

describe('sealed secrets', () => {
  it('open for the row that they were sealed for, and no other', () => {
    const sealing = createSealing(PURPOSE, OLD)
    const sealed = sealing.seal({ secretKey: 'sk_test_1' }, 'organizer account')
    expect(sealing.open(sealed, 'organizer account')).toEqual({ secretKey: 'sk_test_1' })
    expect(() => sealing.open(sealed, 'organizer other')).toThrow()
    expect(sealed.includes('sk_test_1')).toBe(false)
    expect(sealing.seal({ secretKey: 'sk_test_1' }, 'organizer account')).not.toEqual(sealed)
  })

  it('open for no other purpose', () => {
    const sealed = createSealing(PURPOSE, OLD).seal({ secretKey: 'sk_test_1' }, 'row')
    expect(() => createSealing('another', OLD).open(sealed, 'row')).toThrow(/another SEALING_SECRET/)
  })

  it('do not open once a single bit of them is another', () => {
    const sealing = createSealing(PURPOSE, OLD)
    const sealed = sealing.seal({ secretKey: 'sk_test_1' }, 'row')
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed)
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => sealing.open(changed, 'row'), `byte ${at}`).toThrow()
    }
    expect(() => sealing.open(Buffer.alloc(0), 'row')).toThrow()
  })

  it('open after the secret was replaced, as long as the last one is given', () => {
    const sealed = createSealing(PURPOSE, OLD).seal({ secretKey: 'sk_test_1' }, 'row')
    const rotated = createSealing(PURPOSE, NEW, OLD)
    expect(rotated.open(sealed, 'row')).toEqual({ secretKey: 'sk_test_1' })
    expect(rotated.isStale(sealed)).toBe(true)
    const anew = rotated.seal({ secretKey: 'sk_test_1' }, 'row')
    expect(rotated.isStale(anew)).toBe(false)
    expect(createSealing(PURPOSE, NEW).open(anew, 'row')).toEqual({ secretKey: 'sk_test_1' })
    expect(() => createSealing(PURPOSE, NEW).open(sealed, 'row')).toThrow(/another SEALING_SECRET/)
  })
})
