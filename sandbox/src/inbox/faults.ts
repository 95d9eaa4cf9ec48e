export const FAULTS = ['421', '451', '550', 'stall', 'drop'] as const
type Fault = (typeof FAULTS)[number]

/** Where a refusal is given: to the recipient, or after the whole message. Stalls and drops come after the message. */
export const STAGES = ['rcpt', 'data'] as const
type Stage = (typeof STAGES)[number]

/** What the test has ordered to go wrong. Lives in memory: a restart is a healthy mail server again. */
export function createFaults() {
  return { next: null as { fault: Fault; at: Stage; count: number; to?: string } | null }
}

export type Faults = ReturnType<typeof createFaults>

/** Uses up one of the ordered faults, if it belongs to this stage and to one of these recipients. */
export function takeFault(faults: Faults, at: Stage, recipients: string[]): Fault | undefined {
  const { next } = faults
  if (!next || next.at !== at) return undefined
  const { to } = next
  // `@slow.example` is everybody there.
  const meant = (recipient: string) => (to?.startsWith('@') ? recipient.endsWith(to) : recipient === to)
  if (to && !recipients.some((recipient) => meant(recipient.toLowerCase()))) return undefined
  next.count -= 1
  if (next.count === 0) faults.next = null
  return next.fault
}
