import { need } from '#web/api/call.server.ts'
import type { Invoice, Seller } from '#web/api/finance.ts'
import type { Page } from '#web/api/types.ts'
import { tryRead } from '#web/finance/read.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const asked = (name: string) => event.url.searchParams.get(name) ?? ''
  const kind = ['invoice', 'credit-note'].find((one) => one === asked('kind')) ?? ''
  const base = `/v1/organizers/${event.params.organizerId}`
  const [{ body }, seller] = await Promise.all([
    need<Page<Invoice>>(event, 'tickets', `${base}/invoices`, {
      query: { kind, cursor: asked('cursor'), limit: '50' },
      as: 'visitor',
    }),
    tryRead<Seller>(event, `${base}/seller`),
  ])
  return { list: body, kind, seller: seller !== null }
}
