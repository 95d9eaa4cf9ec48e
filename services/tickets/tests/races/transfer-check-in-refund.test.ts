import { inTransaction, sql } from '@guichet/database'
import { newUuid, toUuid } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hold, type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from '../fixture.ts'
import { limitFor, racesOf } from '../runs.ts'

const AT_ONCE = 15
const RACES = Math.ceil(racesOf(90) / AT_ONCE) * AT_ONCE
const HOLDER = { name: 'Moussa Traoré', email: 'moussa@example.org' }
/** Another each time: one address is not written to for ever. */
const newHolder = () => ({ ...HOLDER, email: `${newUuid()}@example.org` })

let tickets: Tickets
let event: PublishedEvent
let typeId: string
let door: string
beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
  typeId = await sell(tickets, event, { capacity: 20_000, priceMinor: 0 })
  door = await event.member('door')
  const policy = { enabled: true, untilDays: 1, keptBp: 0 }
  const path = `/v1/events/${event.eventId}/refund-policy`
  await tickets.call('PUT', path, { token: event.owner, body: policy, headers: { 'if-match': '"v0"' } })
})
afterAll(() => tickets?.stop())

async function bought() {
  const { id, secret } = await hold(tickets, event.eventId, typeId)
  const body = { provider: 'free', returnUrl: 'http://localhost:4000/en/orders/x' }
  await tickets.call('POST', `/v1/orders/${id}/payments`, { secret, body })
  const [ticket] = (await tickets.call('GET', `/v1/orders/${id}`, { secret })).json().tickets
  return { id, secret, ticket: ticket as { id: string; code: string } }
}
type Bought = Awaited<ReturnType<typeof bought>>

const acts = {
  'passed on': ({ id, secret, ticket }: Bought) =>
    tickets.call('PUT', `/v1/orders/${id}/tickets/${ticket.id}/holder`, { secret, body: newHolder() }),
  'let in': ({ ticket }: Bought) =>
    tickets.call('POST', `/v1/events/${event.eventId}/check-ins`, { token: door, body: { code: ticket.code } }),
  'given back': ({ id, secret, ticket }: Bought) =>
    tickets.call('POST', `/v1/orders/${id}/refund-requests`, { secret, body: { ticketIds: [ticket.id] } }),
}
type Act = keyof typeof acts

/** What the others hear when one was first. */
const REFUSALS: Record<Act, Record<string, string>> = {
  'passed on': { 'let in': 'ticket-replaced', 'given back': 'ticket-passed-on' },
  'let in': { 'passed on': 'already-checked-in', 'given back': 'ticket-checked-in' },
  'given back': { 'passed on': 'ticket-void', 'let in': 'ticket-void' },
}

/** Tickets that are at once with somebody else, and used with the buyer's code or void. */
async function contradictions(): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ticket
     where transferred_at is not null
       and (state = 'void' or exists (select from check_in
             where check_in.event_id = ticket.event_id and check_in.ticket_id = ticket.id))`.execute(tickets.context.db)
  return rows[0]?.count ?? 0
}

describe('passing a ticket on, coming in with it and giving it back, at once', () => {
  it(`have one winner in each of ${RACES} races, and the others hear why`, limitFor(RACES), async () => {
    const order: Act[] = ['passed on', 'let in', 'given back']
    const won = new Map<Act, number>()
    for (let done = 0; done < RACES; done += AT_ONCE) {
      const all = await Promise.all(Array.from({ length: AT_ONCE }, () => bought()))
      await Promise.all(
        all.map(async (one, index) => {
          // Each is asked first now and then, so that each has a chance.
          const turns = order.map((_, place) => order[(place + index) % 3] as Act)
          const answers = await Promise.all(turns.map(async (act) => ({ act, answer: await acts[act](one) })))
          const winners = answers.filter(({ answer }) => answer.statusCode < 300)
          expect(winners, JSON.stringify(answers.map(({ act, answer }) => [act, answer.body]))).toHaveLength(1)
          const winner = winners[0]?.act as Act
          for (const { act, answer } of answers) {
            if (act !== winner) expect(answer.json().code).toBe(REFUSALS[winner][act])
          }
          won.set(winner, (won.get(winner) ?? 0) + 1)
        }),
      )
    }
    expect(await contradictions()).toBe(0)
    expect([...won.values()].reduce((sum, count) => sum + count, 0)).toBe(RACES)
  })

  it('control: a ticket passed on by who looked at it without locking it is with two people', async () => {
    const one = await bought()
    const key = { event_id: toUuid('evt', event.eventId), id: toUuid('tkt', one.ticket.id) }
    await inTransaction(tickets.context.db, async (tx) => {
      const seen = await tx
        .selectFrom('check_in')
        .select('ticket_id')
        .where('event_id', '=', key.event_id)
        .where('ticket_id', '=', key.id)
        .executeTakeFirst()
      expect((await acts['let in'](one)).statusCode).toBe(201)
      if (seen) return
      await tx
        .updateTable('ticket')
        .set({ code_version: 2, holder_email: HOLDER.email, transferred_at: new Date(), transfers: 1 })
        .where('event_id', '=', key.event_id)
        .where('id', '=', key.id)
        .execute()
    })
    expect(await contradictions()).toBe(1)
  })
})
