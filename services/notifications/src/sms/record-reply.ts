import { recordWishes } from '../consent/record-wishes.ts'
import type { Context } from '../context.ts'
import type { SmsReply } from './provider.ts'

/** What carriers in Europe and America have people write; in French too. */
const STOP = new Set(['STOP', 'STOPALL', 'ARRET', 'ARRÊT', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'OPTOUT'])
const START = new Set(['START', 'UNSTOP', 'REPRISE'])

/** Somebody wrote back: STOP ends all SMS to that number, START lets them come again. Anything else is not kept. */
export async function recordReply(
  ctx: Pick<Context, 'db' | 'keys' | 'log' | 'now'>,
  { from, text, id }: SmsReply,
): Promise<'stopped' | 'started' | undefined> {
  const word = text
    .trim()
    .slice(0, 40)
    .replace(/[.!]+$/, '')
    .toUpperCase()
  const granted = START.has(word)
  if ((!granted && !STOP.has(word)) || !/^\+[1-9]\d{6,14}$/.test(from)) return undefined
  const now = ctx.now()
  await recordWishes(ctx.db, ctx.keys, now, [
    {
      organizerId: null,
      channel: 'sms',
      purpose: 'transactional',
      address: from,
      granted,
      source: 'reply',
      sourceKey: id,
      givenAt: now,
    },
  ])
  ctx.log.info({ what: granted ? 'START' : 'STOP' }, 'an SMS came back')
  return granted ? 'started' : 'stopped'
}
