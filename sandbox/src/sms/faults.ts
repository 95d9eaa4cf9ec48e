export const FAULTS = ['429', '500-before', '500-after', 'timeout-before', 'timeout-after'] as const
export type Fault = (typeof FAULTS)[number]

/** What the test has ordered to go wrong. Lives in memory: a restart is a healthy provider again. */
export function createFaults() {
  return { next: null as { fault: Fault; count: number } | null }
}

export type Faults = ReturnType<typeof createFaults>

export function takeFault(faults: Faults): Fault | undefined {
  const { next } = faults
  if (!next) return undefined
  next.count -= 1
  if (next.count === 0) faults.next = null
  return next.fault
}
