import { sql } from '@guichet/database'
import type { Language } from '@guichet/problem'
import { newUuid } from '@guichet/server'
import type { AnnouncementKind, Db, EventFacts } from '../db.ts'
import { type Channel, type Kind, kindsAbout } from '../kinds.ts'
import type { Peer } from './not-sent.ts'

/** A message that this process, and no other, may send until `leaseEndsAt`. */
export interface Claim {
  id: string
  kind: Kind
  channel: Channel
  source: string
  /** Of which of those concerned it is: the order, or a ticket that was passed on. */
  recipientKey: string
  orderId: string | null
  ticketId: string | null
  eventId: string | null
  organizerId: string | null
  userId: string | null
  language: Language | null
  attempts: number
  firstRefusedAt: Date | null
  /** Known before it is sent, for what is about an address; else from the last try. */
  recipientName: string | null
  recipientAddress: string | null
  expiresAt: Date | null
  bulkMessageId: string | null
  reminderRuleId: string | null
  resendOf: string | null
  lease: string
  leaseEndsAt: Date
  announcement: { kind: AnnouncementKind; facts: EventFacts } | null
}

/**
 * Takes the due messages that need none of the `away` peers, the urgent ones first, and those whose sender died (its
 * lease is over). Rows that another process is taking are passed over, so senders never wait for each other.
 */
export async function claimDeliveries(
  db: Db,
  options: {
    now: Date
    leaseSeconds: number
    limit: number
    away: readonly Peer[]
    /** Recipients' domains that are to get no more for now. */
    fullDomains?: readonly string[]
  },
): Promise<Claim[]> {
  const { now, leaseSeconds, limit, away, fullDomains = [] } = options
  if (limit <= 0) return []
  const lease = newUuid(now.getTime())
  const leaseEndsAt = new Date(now.getTime() + leaseSeconds * 1_000)
  const kinds = [
    ...kindsAbout('address'),
    ...(away.includes('tickets') ? [] : kindsAbout('order', 'waiting')),
    ...(away.includes('accounts') ? [] : kindsAbout('account')),
  ]
  const channels = [...(away.includes('smtp') ? [] : ['email']), ...(away.includes('sms') ? [] : ['sms'])]
  // Each rank (what there is of priority, kind and channel) is looked at on its own, so that no heap of what cannot be sent
  // now stands before the rest.
  const { rows } = await sql<Claim>`
    with recursive rank as (
      (select priority, kind, channel from delivery
        where state in ('pending', 'sending', 'retrying') order by priority, kind, channel limit 1)
      union all
      select next.priority, next.kind, next.channel from rank cross join lateral (
        select d.priority, d.kind, d.channel from delivery d
         where d.state in ('pending', 'sending', 'retrying')
           and (d.priority, d.kind, d.channel) > (rank.priority, rank.kind, rank.channel)
         order by d.priority, d.kind, d.channel limit 1) as next
    ), due as materialized (
      select found.id
        from rank cross join lateral (
          select d.id, d.priority, d.next_attempt_at from delivery d
           where d.priority = rank.priority and d.kind = rank.kind and d.channel = rank.channel
             and d.state in ('pending', 'sending', 'retrying') and d.next_attempt_at <= ${now}
             and (d.recipient_address is null or d.channel <> 'email'
                  or lower(split_part(d.recipient_address, '@', 2)) <> all(${fullDomains}))
           order by d.next_attempt_at
           limit ${limit}
           for update skip locked) as found
       where rank.kind = any(${kinds}) and rank.channel = any(${channels})
       order by found.priority, found.next_attempt_at
       limit ${limit}
    ), taken as (
      update delivery set state = 'sending', lease = ${lease}, next_attempt_at = ${leaseEndsAt}
        from due where delivery.id = due.id
      returning delivery.id, delivery.kind, delivery.channel, delivery.source, delivery.recipient_key,
                delivery.order_id, delivery.ticket_id, delivery.event_id,
                delivery.organizer_id, delivery.user_id, delivery.language, delivery.attempts,
                delivery.first_refused_at, delivery.announcement_id, delivery.priority, delivery.recipient_name,
                delivery.recipient_address, delivery.expires_at, delivery.bulk_message_id, delivery.reminder_rule_id,
                delivery.resend_of
    )
    select taken.id, taken.kind, taken.channel, taken.source, taken.recipient_key as "recipientKey", taken.order_id as "orderId",
           taken.ticket_id as "ticketId", taken.event_id as "eventId",
           taken.organizer_id as "organizerId", taken.user_id as "userId", taken.language, taken.attempts,
           taken.first_refused_at as "firstRefusedAt", taken.recipient_name as "recipientName",
           taken.recipient_address as "recipientAddress", taken.expires_at as "expiresAt",
           taken.bulk_message_id as "bulkMessageId", taken.reminder_rule_id as "reminderRuleId",
           taken.resend_of as "resendOf", ${lease}::text as lease, ${leaseEndsAt}::timestamptz as "leaseEndsAt",
           case when a.id is not null then jsonb_build_object('kind', a.kind, 'facts', a.facts) end as announcement
      from taken left join announcement a on a.id = taken.announcement_id
     order by taken.priority, taken.id
  `.execute(db)
  return rows
}
