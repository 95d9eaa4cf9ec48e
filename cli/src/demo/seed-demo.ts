import { Temporal } from 'temporal-polyfill'
import { findOrCreateOrganizer } from '../import/organizer.ts'
import { createPublicApi, explainProblem, type PublicApi } from '../public-api.ts'
import { Refusal } from '../refusal.ts'
import type { Session } from '../session.ts'
import { buyAll } from './buy-all.ts'
import type { DemoEvent } from './demo-event.ts'
import { demoEvents } from './events.ts'
import { drawPicture } from './pictures.ts'

export const DEMO_ORGANIZER = 'Les Nuits Bleues'

type ApiEvent = { id: string; status: string; title: { en?: string; fr?: string }; imageUrl: string | null }
type TypeItem = { id: string; name: { en?: string } }
/** The ids of ticket types, by their English names. */
type IdsOf = (names: readonly string[]) => string[]

export type SeedOptions = {
  publicUrl: string
  /** Signed in as someone who may create organizers. */
  session: Session
  log: (line: string) => void
  now?: Date
}

/**
 * Fills a shop with a fictional organizer and its events, through the public API. What is there stays as it is, and a
 * seed that was interrupted is finished by the next one.
 */
export async function seedDemo({ publicUrl, session, log, now = new Date() }: SeedOptions): Promise<void> {
  const api = createPublicApi(publicUrl, session)
  const organizer = await findOrCreateOrganizer(api, DEMO_ORGANIZER)
  const present = await eventsOf(api, organizer.id)
  const queue = demoEvents.values()
  const work = async () => {
    for (const demo of queue) {
      const event = present.get(demo.title.en) ?? (await createEvent(api, organizer.id, demo, now))
      await dress(api, demo, event)
      await putOnSale(api, demo, event, now)
      if (demo.soldOut) await buyAll(api, event.id, publicOriginOf(session) ?? publicUrl)
      if (demo.cancelled && event.status === 'published') await cancel(api, event.id, demo.cancelled)
      log(`${demo.title.en}: ${event.id}`)
    }
  }
  await Promise.all(Array.from({ length: 4 }, work))
}

async function eventsOf(api: PublicApi, organizerId: string): Promise<Map<string, ApiEvent>> {
  const path = `/v1/events?organizerId=${organizerId}&limit=200`
  const { body } = await need<{ items: ApiEvent[] }>(api.call('events', 'GET', path))
  return new Map(body.items.map((event) => [event.title.en ?? '', event]))
}

async function createEvent(api: PublicApi, organizerId: string, demo: DemoEvent, now: Date): Promise<ApiEvent> {
  const { ref, title, description, category, venue, timeZone, imageAlt } = demo
  const start = firstDay(demo, now)
  const body = {
    ...{ title, description, category, venue, timeZone, imageAlt, publish: true },
    startsAt: start.toInstant().toString(),
    endsAt: start.add({ minutes: demo.minutes }).toInstant().toString(),
  }
  const path = `/v1/organizers/${organizerId}/imported-events/${ref}`
  return (await need<{ event: ApiEvent }>(api.call('events', 'PUT', path, { body }))).body.event
}

/** The first wanted day of the week from `inDays` on, at the hour of the place. */
function firstDay(demo: DemoEvent, now: Date): Temporal.ZonedDateTime {
  const earliest = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(demo.timeZone)
    .toPlainDate()
    .add({ days: demo.inDays })
  const date = earliest.add({ days: (demo.weekday - earliest.dayOfWeek + 7) % 7 })
  return date.toZonedDateTime({ timeZone: demo.timeZone, plainTime: demo.at })
}

async function dress(api: PublicApi, demo: DemoEvent, event: ApiEvent): Promise<void> {
  if (event.imageUrl || event.status === 'cancelled') return
  const form = new FormData()
  form.set(
    'image',
    new Blob([new Uint8Array(await drawPicture(demo.picture))], { type: 'image/png' }),
    `${demo.ref}.png`,
  )
  await need(api.call('events', 'PUT', `/v1/events/${event.id}/image`, { form }))
}

async function putOnSale(api: PublicApi, demo: DemoEvent, event: ApiEvent, now: Date): Promise<void> {
  if (event.status === 'cancelled') return
  const path = `/v1/events/${event.id}/ticket-types`
  const { body } = await need<{ items: TypeItem[] }>(api.call('tickets', 'GET', path))
  const ids = new Map(body.items.map(({ id, name }) => [name.en ?? '', id]))
  const idsOf = (names: readonly string[]) => names.map((name) => ids.get(name) ?? '')
  for (const { goesWith, opensInDays, ...type } of demo.ticketTypes) {
    if (ids.has(type.name.en ?? '')) continue
    const more = {
      ...(goesWith ? { addOnTo: idsOf(goesWith) } : {}),
      ...(opensInDays === undefined
        ? {}
        : { salesStartAt: new Date(now.getTime() + opensInDays * 86_400_000).toISOString() }),
    }
    const made = await need<TypeItem>(api.call('tickets', 'POST', path, { body: { ...type, ...more } }))
    ids.set(type.name.en ?? '', made.body.id)
  }
  await shareQuotas(api, demo, event, idsOf)
  await addCodes(api, demo, event, idsOf)
}

async function shareQuotas(api: PublicApi, demo: DemoEvent, event: ApiEvent, idsOf: IdsOf): Promise<void> {
  if (!demo.quotas) return
  const path = `/v1/events/${event.id}/allotments`
  const { body } = await need<{ items: { name: { en?: string } | null }[] }>(api.call('tickets', 'GET', path))
  for (const { name, capacity, types } of demo.quotas) {
    if (body.items.some((item) => item.name?.en === name.en)) continue
    const quota = { kind: 'shared', name, capacity, ticketTypeIds: idsOf(types) }
    await need(api.call('tickets', 'POST', path, { body: quota }))
  }
}

async function addCodes(api: PublicApi, demo: DemoEvent, event: ApiEvent, idsOf: IdsOf): Promise<void> {
  if (!demo.codes) return
  const path = `/v1/events/${event.id}/promo-codes`
  const { body } = await need<{ items: { code: string }[] }>(api.call('tickets', 'GET', path))
  for (const { unlocks, ...code } of demo.codes) {
    if (body.items.some((item) => item.code === code.code)) continue
    const opened = unlocks ? { unlocks: true, ticketTypeIds: idsOf(unlocks) } : {}
    await need(api.call('tickets', 'POST', path, { body: { ...code, ...opened } }))
  }
}

async function cancel(api: PublicApi, eventId: string, reason: { en: string; fr: string }): Promise<void> {
  await need(api.call('events', 'POST', `/v1/events/${eventId}/cancellation`, { body: { reason } }))
}

/** The origin that the shop is known by, which need not be the address that we reach it at: the tokens name it. */
function publicOriginOf(session: Session): string | undefined {
  try {
    const claims = JSON.parse(
      Buffer.from(session.accessTokens.tickets.split('.')[1] ?? '', 'base64url').toString('utf8'),
    )
    return typeof claims.iss === 'string' ? claims.iss : undefined
  } catch {
    return undefined
  }
}

async function need<Body>(call: ReturnType<PublicApi['call']>): Promise<{ status: number; body: Body }> {
  const answer = await call
  if (answer.status >= 400) throw new Refusal(`The demo cannot go on: ${explainProblem(answer)}`)
  return answer as { status: number; body: Body }
}
