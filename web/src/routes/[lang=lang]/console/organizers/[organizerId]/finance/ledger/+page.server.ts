import { need } from '#web/api/call.server.ts'
import type { AccountBalance, LedgerTransaction } from '#web/api/finance.ts'
import type { Page } from '#web/api/types.ts'
import { askedLedger } from '#web/finance/ledger-filter.server.ts'
import { tryRead } from '#web/finance/read.server.ts'
import type { PageServerLoad } from './$types'

export const load: PageServerLoad = async (event) => {
  const { timeZone } = await event.parent()
  const { shown, query } = askedLedger(event.url, timeZone)
  const base = `/v1/organizers/${event.params.organizerId}`
  const cursor = event.url.searchParams.get('cursor') ?? ''
  const [{ body }, balances] = await Promise.all([
    need<Page<LedgerTransaction>>(event, 'tickets', `${base}/ledger`, {
      query: { ...query, cursor, limit: '50' },
      as: 'visitor',
    }),
    tryRead<{ items: AccountBalance[] }>(event, `${base}/ledger-balances`, query),
  ])
  return { list: body, balances: balances?.items ?? [], shown }
}
