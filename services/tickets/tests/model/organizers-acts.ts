import { expireHolds } from '../../src/jobs/expire-holds.ts'
import { command, expectOutcome } from './command.ts'
import { asMember, sharedPool } from './sale.ts'
import { CODE_TYPES, SHARED, type TypeName } from './sale-model.ts'

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

export const setShared = (capacity: number | null) =>
  command(
    `shared pool: ${capacity}`,
    async (model, real) => {
      const refusal = capacity !== null && capacity < model.taken(SHARED) ? 'capacity-below-sold' : undefined
      const path = `/v1/allotments/${real.sharedId}`
      if (capacity === null) expectOutcome(await asMember(real, 'DELETE', path), undefined)
      else if (model.shared !== null) expectOutcome(await asMember(real, 'PATCH', path, { capacity }), refusal)
      else {
        const made = await asMember(
          real,
          'POST',
          `/v1/events/${real.event.eventId}/allotments`,
          sharedPool(model, capacity),
        )
        expectOutcome(made, refusal)
        real.sharedId = made.json().id
      }
      if (!refusal) model.shared = capacity
    },
    (model) => capacity !== null || model.shared !== null,
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
