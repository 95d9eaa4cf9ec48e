import { explainProblem, type PublicApi } from '../public-api.ts'
import { Refusal } from '../refusal.ts'

type Organizer = { id: string; name: string }
type Page = { items: Organizer[]; nextCursor: string | null }

/** The organizer of an id or a name; one that no organizer has is created, and the session's tokens renewed. */
export async function findOrCreateOrganizer(api: PublicApi, wanted: string): Promise<Organizer> {
  if (/^org_[0-9a-z]{26}$/.test(wanted)) {
    const found = await api.call<Organizer>('accounts', 'GET', `/v1/organizers/${wanted}`)
    if (found.status !== 200) throw new Refusal(`There is no organizer ${wanted}.`)
    return found.body
  }
  let cursor: string | null = null
  do {
    const query: string = cursor ? `?limit=200&cursor=${encodeURIComponent(cursor)}` : '?limit=200'
    const page = await api.call<Page>('accounts', 'GET', `/v1/organizers${query}`)
    if (page.status !== 200) throw new Refusal(`The organizers cannot be listed: ${explainProblem(page)}`)
    const found = page.body.items.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
    if (found) return found
    cursor = page.body.nextCursor
  } while (cursor)
  const created = await api.call<Organizer>('accounts', 'POST', '/v1/organizers', { body: { name: wanted } })
  if (created.status !== 201)
    throw new Refusal(`The organizer "${wanted}" cannot be created: ${explainProblem(created)}`)
  await api.refresh()
  return created.body
}
