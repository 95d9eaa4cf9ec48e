import type { Delivery } from '../api/delivery.ts'

const ENDED = ['sent', 'delivered', 'bounced']

/** What a member can do about a message. What still waits needs no button, except a try that comes only later. */
export function actionOn({ state }: Pick<Delivery, 'state'>): 'resend' | 'retry' | null {
  if (ENDED.includes(state)) return 'resend'
  return state === 'failed' || state === 'retrying' ? 'retry' : null
}
