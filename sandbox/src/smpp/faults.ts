/** What an SMSC does to a submit_sm: `-before` nothing is kept, `-after` the message is. */
export const FAULTS = ['throttle', 'refuse', 'drop-before', 'drop-after', 'stall-after', 'undeliverable'] as const
export type Fault = (typeof FAULTS)[number]

/** What the test has ordered to go wrong. Lives in memory: a restart is a healthy SMSC again. */
export type Faults = { next: { fault: Fault; count: number } | null }

export function takeFault(faults: Faults): Fault | undefined {
  const { next } = faults
  if (!next) return undefined
  next.count -= 1
  if (next.count === 0) faults.next = null
  return next.fault
}
