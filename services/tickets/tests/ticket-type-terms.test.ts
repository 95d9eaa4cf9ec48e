import { sql } from '@guichet/database'
import { newUuid, toId, toUuid } from '@guichet/server'
import { eventually } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PublishedEvent, publishEvent, sell, startTickets, type Tickets } from './fixture.ts'

let tickets: Tickets
let event: PublishedEvent
let ticket: string
beforeAll(async () => {
  tickets = await startTickets()
  event = await publishEvent(tickets)
  ticket = await sell(tickets, event)
})
afterAll(() => tickets?.stop())

const BODY = { name: { en: 'Seat' }, priceMinor: 1_500, currency: 'EUR', capacity: 10 }
const create = (body: object, of = event) =>
  tickets.call('POST', `/v1/events/${of.eventId}/ticket-types`, { token: of.owner, body: { ...BODY, ...body } })
const change = (id: string, body: object) =>
  tickets.call('PATCH', `/v1/ticket-types/${id}`, { token: event.owner, body, headers: { 'if-match': '*' } })
const remove = (id: string) => tickets.call('DELETE', `/v1/ticket-types/${id}`, { token: event.owner })
/** What is shown to the public may be a second old. */
const becomes = (id: string, shown: object) =>
  eventually(async () => {
    const found = await listed(id)
    return found && Object.entries(shown).every(([name, value]) => found[name] === value)
  })
const listed = async (id: string, token?: string) =>
  (await tickets.call('GET', `/v1/events/${event.eventId}/ticket-types`, token ? { token } : {}))
    .json()
    .items.find((item: { id: string }) => item.id === id)
const termsVersions = async () => {
  const { rows } = await sql<{ version: number }>`
    select terms_version as version from allotment where event_id = ${toUuid('evt', event.eventId)}`.execute(
    tickets.context.db,
  )
  return rows.map((row) => row.version)
}

describe('the terms of a ticket type', () => {
  it('are kept as they were given, and change one by one', async () => {
    const made = await create({
      maxPerBuyer: 4,
      pricing: 'chosen',
      suggestedPriceMinor: 2_000,
      addOnTo: [ticket],
      maxPerTicket: 2,
    })
    expect(made.statusCode, made.body).toBe(201)
    expect(made.json()).toMatchObject({
      maxPerBuyer: 4,
      pricing: 'chosen',
      suggestedPriceMinor: 2_000,
      addOnTo: [ticket],
      maxPerTicket: 2,
      hidden: false,
      paused: false,
      codePriceMinor: null,
      waitingList: false,
      waiting: 0,
    })
    const { id } = made.json()
    expect((await change(id, { maxPerBuyer: null })).json()).toMatchObject({ maxPerBuyer: null, pricing: 'chosen' })
    expect((await change(id, { suggestedPriceMinor: null })).json()).toMatchObject({ suggestedPriceMinor: null })
    // What belongs to a choice goes with it.
    expect((await change(id, { addOnTo: [] })).json()).toMatchObject({ addOnTo: [], maxPerTicket: null })
    await change(id, { suggestedPriceMinor: 9_000 })
    expect((await change(id, { pricing: 'fixed' })).json()).toMatchObject({ suggestedPriceMinor: null })
  })

  it('have defaults that ask nothing of anybody', async () => {
    expect((await create({})).json()).toMatchObject({
      maxPerBuyer: null,
      pricing: 'fixed',
      suggestedPriceMinor: null,
      addOnTo: [],
      maxPerTicket: null,
      hidden: false,
      paused: false,
    })
  })

  it('are refused field by field where they contradict each other', async () => {
    const addOn = (await create({ addOnTo: [ticket] })).json().id
    const elsewhere = await sell(tickets, await publishEvent(tickets))
    for (const [body, pointer] of [
      [{ maxPerBuyer: 0 }, '/maxPerBuyer'],
      [{ maxPerBuyer: 1_001 }, '/maxPerBuyer'],
      [{ minPerOrder: 3, maxPerBuyer: 2 }, '/maxPerBuyer'],
      [{ pricing: 'free' }, '/pricing'],
      [{ suggestedPriceMinor: 2_000 }, '/suggestedPriceMinor'],
      [{ pricing: 'chosen', suggestedPriceMinor: 1_499 }, '/suggestedPriceMinor'],
      [{ maxPerTicket: 1 }, '/maxPerTicket'],
      [{ addOnTo: [ticket], maxPerTicket: 0 }, '/maxPerTicket'],
      [{ addOnTo: [ticket, elsewhere] }, '/addOnTo/1'],
      [{ addOnTo: [toId('typ', newUuid())] }, '/addOnTo/0'],
      [{ addOnTo: ['nonsense'] }, '/addOnTo/0'],
      [{ addOnTo: [addOn] }, '/addOnTo/0'],
      [{ addOnTo: [ticket, ticket] }, '/addOnTo'],
      [{ hidden: 'yes' }, '/hidden'],
      [{ waiting: 3 }, '/waiting'],
    ] as const) {
      const answer = await create(body)
      expect(answer.statusCode, JSON.stringify(body)).toBe(400)
      expect(answer.json().errors[0].pointer, JSON.stringify(body)).toBe(pointer)
    }
    // Against what is there already, too.
    const chosen = (await create({ pricing: 'chosen', suggestedPriceMinor: 2_000 })).json().id
    const refused: [string, object, string][] = [
      [chosen, { priceMinor: 2_001 }, '/suggestedPriceMinor'],
      [chosen, { maxPerTicket: 1 }, '/maxPerTicket'],
      [chosen, { addOnTo: [chosen] }, '/addOnTo/0'],
      [ticket, { addOnTo: [chosen] }, '/addOnTo'],
    ]
    for (const [id, body, pointer] of refused) {
      const answer = await change(id, body)
      expect([answer.statusCode, answer.json().errors?.[0].pointer], JSON.stringify(body)).toEqual([400, pointer])
    }
  })

  it('never make a ring of add-ons, however they are changed at once', async () => {
    const pair = await Promise.all([create({}), create({})])
    const [one, other] = pair.map((answer) => answer.json().id)
    const answers = await Promise.all([change(one, { addOnTo: [other] }), change(other, { addOnTo: [one] })])
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 400])
  })

  it('say that a sale is paused', async () => {
    const { id } = (await create({})).json()
    await change(id, { paused: true })
    await becomes(id, { availability: 'paused', remaining: null, waitingList: false })
    expect(await listed(id)).not.toHaveProperty('paused')
    expect(await listed(id, event.owner)).toMatchObject({ paused: true, hidden: false, waiting: 0 })
    expect((await change(id, { paused: false })).json()).toMatchObject({ availability: 'on-sale' })
  })

  it('say when one may wait for a place, and that free places are those of who waits', async () => {
    const { id } = (await create({ capacity: 0 })).json()
    await becomes(id, { availability: 'sold-out', waitingList: true })
    await change(id, { capacity: 2 })
    await becomes(id, { availability: 'on-sale', waitingList: false })
    await sql`update allotment set waiting = 1 where ticket_type_id = ${toUuid('typ', id)}`.execute(tickets.context.db)
    await becomes(id, { availability: 'sold-out', waitingList: true, remaining: null })
  })

  it('are seen by every process that sells: each change raises the version in all pools of the event', async () => {
    const { id } = (await create({})).json()
    for (const act of [() => change(id, { paused: true }), () => change(id, { capacity: 3 }), () => remove(id)]) {
      const before = Math.max(...(await termsVersions()))
      expect((await act()).statusCode).toBeLessThan(300)
      const versions = new Set(await termsVersions())
      expect(versions.size).toBe(1)
      expect([...versions][0]).toBeGreaterThan(before)
    }
  })
})

describe('deleteTicketType', () => {
  it('is refused while other types are add-ons to it', async () => {
    const base = (await create({})).json().id
    const addOn = (await create({ addOnTo: [base] })).json().id
    expect((await remove(base)).json()).toMatchObject({ status: 409, code: 'ticket-type-has-add-ons' })
    expect((await remove(addOn)).statusCode).toBe(204)
    expect((await remove(base)).statusCode).toBe(204)
  })
})
