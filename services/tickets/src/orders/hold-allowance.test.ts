import { describe, expect, it } from 'vitest'
import { createHoldAllowance } from './hold-allowance.ts'

describe('what one sender may hold', () => {
  it('is so many and no more, whatever others hold', () => {
    const allowance = createHoldAllowance({ max: 2, seconds: 600 })
    allowance.take('one')
    allowance.take('one')
    expect(() => allowance.take('one')).toThrow('too-many-holds')
    expect(() => allowance.take('other')).not.toThrow()
  })

  it('does not count what was not placed', () => {
    const allowance = createHoldAllowance({ max: 1, seconds: 600 })
    allowance.take('one').giveBack()
    allowance.take('one')
    expect(() => allowance.take('one')).toThrow('too-many-holds')
  })

  it('is any number where nothing is set', () => {
    const allowance = createHoldAllowance({ max: 0, seconds: 600 })
    for (let hold = 0; hold < 1_000; hold++) allowance.take('one')
  })
})
