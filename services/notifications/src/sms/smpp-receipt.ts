import type { PDU } from 'smpp'
import type { SmsReport } from './provider.ts'

/** SMPP 3.4 §5.2.28. */
const STATES: Record<number, string> = {
  1: 'ENROUTE',
  2: 'DELIVRD',
  3: 'EXPIRED',
  4: 'DELETED',
  5: 'UNDELIV',
  6: 'ACCEPTD',
  7: 'UNKNOWN',
  8: 'REJECTD',
}
const FAILED = new Set(['EXPIRED', 'DELETED', 'UNDELIV', 'REJECTD'])

/** What a deliver_sm says of a message of ours; undefined when it is none of that, but somebody who writes. */
export function readReceipt(pdu: PDU): SmsReport | 'underway' | undefined {
  if (((pdu.esm_class ?? 0) & 0x3c) !== 0x04) return undefined
  const text = receivedText(pdu)
  // Appendix B: `id:… sub:… dlvrd:… submit date:… done date:… stat:DELIVRD err:000 text:…`. The parameters say it better.
  const messageId = pdu.receipted_message_id ?? /\bid:(\S+)/i.exec(text)?.[1] ?? ''
  const state = STATES[pdu.message_state ?? 0] ?? /\bstat:([A-Z]+)/i.exec(text)?.[1]?.toUpperCase() ?? 'UNKNOWN'
  const error = /\berr:(\S+)/i.exec(text)?.[1]
  const reply = error && error !== '000' ? `${state} (error ${error})` : state
  if (messageId === '') return 'underway'
  if (state === 'DELIVRD') return { messageId, what: 'delivered', reply }
  return FAILED.has(state) ? { messageId, what: 'failed', reply } : 'underway'
}

export function receivedText(pdu: PDU): string {
  const value = pdu.short_message?.message || pdu.message_payload?.message || ''
  return (Buffer.isBuffer(value) ? value.toString('latin1') : value).slice(0, 1_600)
}
