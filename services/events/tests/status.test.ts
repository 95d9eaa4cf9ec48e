import { describe, expect, it } from 'vitest'
import { type Act, type Status, transition } from '../src/events/status.ts'

describe('the life of an event', () => {
  it.each<[Status, Act, string]>([
    ['draft', 'edit', 'draft'],
    ['draft', 'publish', 'published'],
    ['draft', 'cancel', 'event-not-published'],
    ['published', 'edit', 'published'],
    ['published', 'publish', 'published'],
    ['published', 'cancel', 'cancelled'],
    ['cancelled', 'edit', 'event-cancelled'],
    ['cancelled', 'publish', 'event-cancelled'],
    ['cancelled', 'cancel', 'cancelled'],
  ])('from %s by %s comes %s', (status, act, expected) => {
    const outcome = () => {
      try {
        return transition(status, act)
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    expect(outcome()).toBe(expected)
  })
})
