import { expireHolds } from '../../src/jobs/expire-holds.ts'
import { command, expectOutcome } from './command.ts'
import { asMember } from './sale.ts'
import { CODE_TYPES, type TypeName } from './sale-model.ts'

export const pass = (seconds: number) =>
  command(`${seconds} s pass`, async (_model, { tickets }) => tickets.clock.advance(seconds))

export const sweep = command('expire', async (model, { tickets }) => {
  while ((await expireHolds.run(tickets.context)) > 0);
  for (const order of model.orders) {
    if (order.state === 'held' && order.expiresAt <= model.now) order.state = 'expired'
  }
})

export const setCapacity = (type: TypeName, capacity: number) =>
  command(`capacity of ${type}: ${capacity}`, async (model, real) => {
    const answer = await asMember(real, 'PATCH', `/v1/ticket-types/${model.ids[type]}`, { capacity })
    const refusal = capacity < model.taken([type]) ? 'capacity-below-sold' : undefined
    expectOutcome(answer, refusal)
    if (!refusal) model.capacity[type] = capacity
  })

/** Makes a pool that several types share, or changes it. */
export const setShared = (capacity: number, types: readonly TypeName[]) =>
  command(`shared pool: ${capacity} for ${types}`, async (model, real) => {
    const body = { capacity, ticketTypeIds: types.map((name) => model.ids[name]) }
    const refusal = capacity < model.taken(types) ? 'capacity-below-sold' : undefined
    if (model.shared) expectOutcome(await asMember(real, 'PATCH', `/v1/allotments/${real.sharedId}`, body), refusal)
    else {
      const path = `/v1/events/${real.event.eventId}/allotments`
      const made = await asMember(real, 'POST', path, { kind: 'shared', ...body })
      expectOutcome(made, refusal)
      real.sharedId = made.json().id
    }
    if (!refusal) model.shared = { capacity, types }
  })

export const dropShared = command(
  'no shared pool',
  async (model, real) => {
    expectOutcome(await asMember(real, 'DELETE', `/v1/allotments/${real.sharedId}`), undefined)
    model.shared = null
  },
  (model) => model.shared !== null,
)

export const setUses = (usesMax: number | null) =>
  command(`uses of the code: ${usesMax}`, async (model, real) => {
    const answer = await asMember(real, 'PATCH', `/v1/promo-codes/${real.codeId}`, { usesMax })
    const refusal = usesMax !== null && usesMax < model.taken(CODE_TYPES, true) ? 'capacity-below-sold' : undefined
    expectOutcome(answer, refusal)
    if (!refusal) model.usesMax = usesMax
  })

export const switchCode = (active: boolean) =>
  command(`code ${active ? 'on' : 'off'}`, async (model, real) => {
    expectOutcome(await asMember(real, 'PATCH', `/v1/promo-codes/${real.codeId}`, { active }), undefined)
    model.codeActive = active
  })

export const pause = (type: TypeName, paused: boolean) =>
  command(`${type} ${paused ? 'paused' : 'on sale'}`, async (model, real) => {
    expectOutcome(await asMember(real, 'PATCH', `/v1/ticket-types/${model.ids[type]}`, { paused }), undefined)
    if (paused) model.paused.add(type)
    else model.paused.delete(type)
  })

/** For all orders to come; the code's tickets are free, so they bear none. */
export const setFee = (percentBp: number, fixedMinor: number) =>
  command(`fee: ${percentBp} bp and ${fixedMinor}`, async (model, real) => {
    const body = { paidBy: 'buyer', percentBp, fixedMinor, vatRateId: null }
    const path = `/v1/organizers/${real.event.organizerId}/fee-policies/EUR`
    expectOutcome(await asMember(real, 'PUT', path, body), undefined)
    model.fee = { percentBp, fixedMinor, vat: [] }
  })
