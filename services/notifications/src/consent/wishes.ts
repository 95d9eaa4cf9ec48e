import type { Channel, Purpose } from '../kinds.ts'

/** The latest that somebody said about one channel and purpose, to one sender. */
export interface Wish {
  /** Null: the platform itself. */
  organizerId: string | null
  channel: Channel
  purpose: Purpose
  granted: boolean
  givenAt: Date
}

export interface Question {
  /** Null: the platform's own message. */
  organizerId: string | null
  channel: Channel
  purpose: Purpose
}

/** What holds as long as somebody has said nothing. */
export function isAllowedUnasked({ channel, purpose }: Pick<Question, 'channel' | 'purpose'>): boolean {
  if (purpose === 'transactional') return true
  // By mail, what concerns an event that somebody has a ticket for needs no leave; advertising always does, and so does
  // anything that makes a telephone ring (CPCE L34-5).
  return channel === 'email' && purpose !== 'marketing'
}

/** Whether these wishes allow a message; else why not, in a text that support may read. */
export function refusal(question: Question, wishes: readonly Wish[]): string | undefined {
  const { channel, organizerId, purpose } = question
  const own = wishes.find(
    (wish) => wish.channel === channel && wish.purpose === purpose && wish.organizerId === organizerId,
  )
  if (channel === 'sms') {
    const stop = wishes.find((wish) => isAboutAllSms(wish) && !wish.granted)
    // Only a later yes to this sender ends it.
    const since = wishes.some(
      (wish) =>
        stop &&
        wish.channel === 'sms' &&
        wish.organizerId === organizerId &&
        wish.granted &&
        wish.givenAt > stop.givenAt,
    )
    if (stop && !since) return 'The reader has answered STOP.'
  }
  // A mail that was bought is owed, whatever was unsubscribed.
  if (purpose === 'transactional') return undefined
  if (own) return own.granted ? undefined : 'The reader wants no such messages.'
  return isAllowedUnasked(question) ? undefined : 'The reader has not consented to such messages.'
}

/** STOP and START are about the number that sends, which all organizers share. */
export function isAboutAllSms(wish: Pick<Wish, 'channel' | 'organizerId' | 'purpose'>): boolean {
  return wish.channel === 'sms' && wish.organizerId === null && wish.purpose === 'transactional'
}
