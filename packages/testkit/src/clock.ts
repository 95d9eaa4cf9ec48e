export interface TestClock {
  now: () => Date
  /** Moves the clock on; nothing waits. */
  advance(seconds: number): void
}

export function testClock(start = new Date()): TestClock {
  let current = start.getTime()
  return {
    now: () => new Date(current),
    advance(seconds) {
      current += seconds * 1_000
    },
  }
}
