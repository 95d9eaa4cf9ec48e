import { explainProblem, type PublicApi } from '../public-api.ts'
import { Refusal } from '../refusal.ts'

export type Organizer = { id: string; name: string }

/** The organizer of an id or a name, or the only one there is. */
export async function chooseOrganizer(api: PublicApi, wanted: string | undefined): Promise<Organizer> {
  const page = await api.call<{ items: Organizer[] }>('accounts', 'GET', '/v1/organizers?limit=200')
  if (page.status !== 200) throw new Refusal(`The organizers cannot be listed: ${explainProblem(page)}`)
  const { items } = page.body
  if (wanted !== undefined) {
    const found = items.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted.toLowerCase())
    if (!found) throw new Refusal(`There is no organizer "${wanted}".`)
    return found
  }
  const [only, ...others] = items
  if (!only) throw new Refusal('There is no organizer yet.')
  if (others.length > 0)
    throw new Refusal(`Say which organizer with --organizer: ${items.map(({ name }) => `"${name}"`).join(', ')}.`)
  return only
}
