import { Check } from '../forms/check.server.ts'
import type { Translate } from '../messages/text.ts'

/** Reads the form of a refund policy into the body of saveRefundPolicy. */
export function readPolicy(values: Record<string, string>, t: Translate) {
  const check = new Check(values, t)
  const enabled = values.enabled === 'on'
  const untilDays = Number(values.untilDays || '0')
  const kept = Number((values.kept || '0').replace(',', '.').replace(/\s*%$/, ''))
  const keptBp = Math.round(kept * 100)
  if (!Number.isInteger(untilDays) || untilDays < 0 || untilDays > 365)
    check.refuse('untilDays', t('console.policy.daysFault'))
  if (!Number.isFinite(kept) || keptBp < 0 || keptBp > 10_000) check.refuse('kept', t('console.policy.keptFault'))
  return { check, body: { enabled, untilDays, keptBp } }
}

/** The input of a field that the service named. */
export function policyField(pointer: string): string {
  return pointer.endsWith('keptBp') ? 'kept' : pointer.slice(1)
}
